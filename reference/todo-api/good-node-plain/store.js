'use strict';

const { DatabaseSync } = require('node:sqlite');

const ORDER = { id: 'id', '-id': 'id DESC', title: 'title, id', '-title': 'title DESC, id DESC' };

/** Todos in SQLite. Calls are synchronous, each is one statement or one read: nothing comes in between. */
class TodoStore {
  constructor(file) {
    this.db = new DatabaseSync(file);
    this.db.exec(`CREATE TABLE IF NOT EXISTS todos (
      id          INTEGER PRIMARY KEY AUTOINCREMENT,
      title       TEXT NOT NULL,
      description TEXT,
      completed   INTEGER NOT NULL,
      due_date    TEXT,
      created_at  TEXT NOT NULL,
      updated_at  TEXT NOT NULL
    ) STRICT`);
  }

  add({ title, description, completed, due_date }) {
    const now = new Date().toISOString();
    const row = this.db
      .prepare(
        `INSERT INTO todos (title, description, completed, due_date, created_at, updated_at)
         VALUES (?, ?, ?, ?, ?, ?) RETURNING *`,
      )
      .get(title, description, Number(completed), due_date, now, now);
    return todo(row);
  }

  get(id) {
    return todo(this.db.prepare('SELECT * FROM todos WHERE id = ?').get(id));
  }

  list({ limit, offset, completed, sort }) {
    const where = completed === null ? '' : `WHERE completed = ${Number(completed)}`;
    const rows = this.db.prepare(`SELECT * FROM todos ${where} ORDER BY ${ORDER[sort]} LIMIT ? OFFSET ?`).all(limit, offset);
    const { total } = this.db.prepare(`SELECT count(*) AS total FROM todos ${where}`).get();
    return { items: rows.map(todo), total, limit, offset };
  }

  /** Writes only the columns that are given. */
  change(id, fields) {
    const changed = { ...fields, updated_at: new Date().toISOString() };
    const columns = Object.keys(changed).map((name) => `${name} = ?`);
    const values = Object.values(changed).map((value) => (typeof value === 'boolean' ? Number(value) : value));
    return todo(this.db.prepare(`UPDATE todos SET ${columns.join(', ')} WHERE id = ? RETURNING *`).get(...values, id));
  }

  remove(id) {
    return this.db.prepare('DELETE FROM todos WHERE id = ?').run(id).changes > 0;
  }
}

function todo(row) {
  return row && { ...row, completed: row.completed === 1 };
}

module.exports = { TodoStore };
