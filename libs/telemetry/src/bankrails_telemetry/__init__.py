"""Logs, redaction, metrics, health and trace context.

Import the part that is needed (`from bankrails_telemetry.logs import configure_logging`): the server alone costs 12 MB.
"""
