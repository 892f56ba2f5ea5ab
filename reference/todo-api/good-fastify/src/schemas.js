const title = { type: 'string', minLength: 1, maxLength: 200 };
const description = { type: ['string', 'null'], maxLength: 2000 };
const completed = { type: 'boolean' };
const dueDate = { type: ['string', 'null'], format: 'date' };

export const todoCreate = {
  type: 'object',
  required: ['title'],
  properties: {
    title,
    description: { ...description, default: null },
    completed: { ...completed, default: false },
    due_date: { ...dueDate, default: null },
  },
};

export const todoReplace = {
  type: 'object',
  required: ['title', 'completed'],
  properties: { title, description: { ...description, default: null }, completed, due_date: { ...dueDate, default: null } },
};

export const todoPatch = { type: 'object', properties: { title, description, completed, due_date: dueDate } };

export const idParams = {
  type: 'object',
  properties: { id: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER } },
};

export const listQuery = {
  type: 'object',
  properties: {
    limit: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
    offset: { type: 'integer', minimum: 0, maximum: 1_000_000, default: 0 },
    completed: { type: 'boolean' },
    sort: { type: 'string', enum: ['id', '-id', 'title', '-title'], default: 'id' },
  },
};

export const todo = {
  type: 'object',
  properties: {
    id: { type: 'integer' },
    title: { type: 'string' },
    description: { type: ['string', 'null'] },
    completed: { type: 'boolean' },
    due_date: { type: ['string', 'null'] },
    created_at: { type: 'string' },
    updated_at: { type: 'string' },
  },
};

export const todoPage = {
  type: 'object',
  properties: {
    items: { type: 'array', items: todo },
    total: { type: 'integer' },
    limit: { type: 'integer' },
    offset: { type: 'integer' },
  },
};
