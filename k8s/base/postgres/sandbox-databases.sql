-- A database and a role per service; none reaches another's. Published passwords: never for real money.

CREATE ROLE auth LOGIN PASSWORD 'auth-sandbox-password';
CREATE DATABASE auth OWNER auth;
REVOKE CONNECT ON DATABASE auth FROM PUBLIC;

CREATE ROLE accounts LOGIN PASSWORD 'accounts-sandbox-password';
CREATE DATABASE accounts OWNER accounts;
REVOKE CONNECT ON DATABASE accounts FROM PUBLIC;

CREATE ROLE payments LOGIN PASSWORD 'payments-sandbox-password';
CREATE DATABASE payments OWNER payments;
REVOKE CONNECT ON DATABASE payments FROM PUBLIC;

CREATE ROLE settlement LOGIN PASSWORD 'settlement-sandbox-password';
CREATE DATABASE settlement OWNER settlement;
REVOKE CONNECT ON DATABASE settlement FROM PUBLIC;
