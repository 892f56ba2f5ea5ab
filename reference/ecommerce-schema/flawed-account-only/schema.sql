-- Only the account part was finished.
CREATE TABLE users (
    id serial PRIMARY KEY,
    email text NOT NULL UNIQUE,
    password_hash text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE addresses (
    id serial PRIMARY KEY,
    user_id int NOT NULL REFERENCES users,
    street text NOT NULL,
    city text NOT NULL,
    postal_code text NOT NULL
);
CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    user_id int NOT NULL REFERENCES users,
    expires_at timestamptz NOT NULL
);
