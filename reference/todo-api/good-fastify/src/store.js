import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Todos in memory with a copy in a file.
 *
 * A change is made in memory at once, in one go, and answered when it is in the file. Writes follow one another; each
 * replaces the file by renaming, so that after a crash there is the old copy or the new one.
 */
export class TodoStore {
  #file;
  #lastId;
  #todos;
  #saved = Promise.resolve();

  static async open(file) {
    await mkdir(dirname(file), { recursive: true });
    return new TodoStore(file, await load(file));
  }

  constructor(file, { lastId, todos }) {
    this.#file = file;
    this.#lastId = lastId;
    this.#todos = new Map(todos.map((todo) => [todo.id, todo]));
  }

  async add(values) {
    const now = new Date().toISOString();
    this.#lastId += 1;
    const todo = { id: this.#lastId, ...values, created_at: now, updated_at: now };
    this.#todos.set(todo.id, todo);
    await this.#save();
    return todo;
  }

  get(id) {
    return this.#todos.get(id);
  }

  list({ limit, offset, completed, sort }) {
    const fitting = [...this.#todos.values()].filter((todo) => completed === undefined || todo.completed === completed);
    fitting.sort(orders[sort]);
    return { items: fitting.slice(offset, offset + limit), total: fitting.length, limit, offset };
  }

  async change(id, values) {
    const old = this.#todos.get(id);
    if (!old) return undefined;
    const todo = { ...old, ...values, updated_at: new Date().toISOString() };
    this.#todos.set(id, todo);
    await this.#save();
    return todo;
  }

  async remove(id) {
    const removed = this.#todos.delete(id);
    if (removed) await this.#save();
    return removed;
  }

  #save() {
    const copy = JSON.stringify({ lastId: this.#lastId, todos: [...this.#todos.values()] });
    const write = async () => {
      await writeFile(`${this.#file}.new`, copy);
      await rename(`${this.#file}.new`, this.#file);
    };
    this.#saved = this.#saved.then(write, write);
    return this.#saved;
  }
}

const byTitle = (a, b) => (a.title < b.title ? -1 : a.title > b.title ? 1 : a.id - b.id);
const orders = {
  id: (a, b) => a.id - b.id,
  '-id': (a, b) => b.id - a.id,
  title: byTitle,
  '-title': (a, b) => byTitle(b, a),
};

async function load(file) {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return { lastId: 0, todos: [] };
    throw error;
  }
}
