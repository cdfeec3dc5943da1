"""All that the services of Bankrails, and the systems around them, know of each other."""
