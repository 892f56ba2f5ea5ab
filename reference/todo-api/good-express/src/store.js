'use strict';

const fs = require('node:fs');
const path = require('node:path');

/**
 * Todos in memory, written through to one file.
 *
 * Every method runs to its end before another request is looked at, so changes cannot interleave. The file is
 * replaced by a rename: after a crash there is the old state or the new one, nothing in between.
 */
class TodoStore {
  static open(file) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    const saved = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : { nextId: 1, todos: [] };
    return new TodoStore(file, saved);
  }

  constructor(file, { nextId, todos }) {
    this.file = file;
    this.nextId = nextId;
    this.todos = new Map(todos.map((todo) => [todo.id, todo]));
  }

  add(values) {
    const now = new Date().toISOString();
    const todo = { id: this.nextId, ...values, created_at: now, updated_at: now };
    this.nextId += 1; // also after deleting: an id is never used twice
    this.todos.set(todo.id, todo);
    this.save();
    return todo;
  }

  get(id) {
    return this.todos.get(id);
  }

  list({ limit, offset, completed, sort }) {
    const done = completed === undefined ? undefined : completed === 'true';
    const fitting = [...this.todos.values()].filter((todo) => done === undefined || todo.completed === done);
    fitting.sort(order(sort));
    return { items: fitting.slice(offset, offset + limit), total: fitting.length, limit, offset };
  }

  change(id, values) {
    const todo = { ...this.todos.get(id), ...values, updated_at: new Date().toISOString() };
    this.todos.set(id, todo);
    this.save();
    return todo;
  }

  remove(id) {
    const removed = this.todos.delete(id);
    if (removed) this.save();
    return removed;
  }

  save() {
    const state = JSON.stringify({ nextId: this.nextId, todos: [...this.todos.values()] });
    fs.writeFileSync(`${this.file}.new`, state);
    fs.renameSync(`${this.file}.new`, this.file);
  }
}

function order(sort) {
  const field = sort.replace('-', '');
  const direction = sort.startsWith('-') ? -1 : 1;
  return (a, b) => direction * (compare(a[field], b[field]) || compare(a.id, b.id));
}

function compare(a, b) {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

module.exports = { TodoStore };
