-- No shop: nothing here may be taken for orders or order lines.
CREATE TABLE members (id serial PRIMARY KEY, username text NOT NULL UNIQUE, email text NOT NULL UNIQUE);
CREATE TABLE boards (id serial PRIMARY KEY, title text NOT NULL, position int NOT NULL);
CREATE TABLE topics (
    id serial PRIMARY KEY,
    board_id int NOT NULL REFERENCES boards,
    member_id int NOT NULL REFERENCES members,
    title text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE posts (
    id serial PRIMARY KEY,
    topic_id int NOT NULL REFERENCES topics ON DELETE CASCADE,
    member_id int NOT NULL REFERENCES members,
    body text NOT NULL,
    likes_count int NOT NULL DEFAULT 0,
    status text NOT NULL DEFAULT 'visible'
);
