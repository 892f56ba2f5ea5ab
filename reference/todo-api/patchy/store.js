const FIELDS = ['title', 'description', 'completed', 'due_date'];

/** Todos in memory, in order of their id. */
export class Store {
  #todos = new Map();
  #last = 0;

  find(id) {
    return this.#todos.get(id);
  }

  page({ limit, offset, completed, sort }) {
    const found = [...this.#todos.values()].filter((todo) => completed === null || String(todo.completed) === completed);
    const key = sort.replace('-', '');
    const sign = sort.startsWith('-') ? -1 : 1;
    found.sort((a, b) => sign * (a[key] < b[key] ? -1 : a[key] > b[key] ? 1 : a.id - b.id));
    return { items: found.slice(offset, offset + limit), total: found.length, limit, offset };
  }

  add(values) {
    const now = new Date().toISOString();
    const todo = { id: ++this.#last, title: '', description: null, completed: false, due_date: null };
    Object.assign(todo, picked(values), { created_at: now, updated_at: now });
    this.#todos.set(String(todo.id), todo);
    return todo;
  }

  change(todo, values) {
    return Object.assign(todo, picked(values), { updated_at: new Date().toISOString() });
  }

  remove(todo) {
    this.#todos.delete(String(todo.id));
  }
}

function picked(values) {
  return Object.fromEntries(FIELDS.filter((name) => name in values).map((name) => [name, values[name]]));
}
