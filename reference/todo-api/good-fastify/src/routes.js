import { HttpError } from './problems.js';
import { idParams, listQuery, todo, todoCreate, todoPage, todoPatch, todoReplace } from './schemas.js';

export async function todoRoutes(app, { store }) {
  app.get('/', { schema: { querystring: listQuery, response: { 200: todoPage } } }, async ({ query }) =>
    store.list(query),
  );

  app.post('/', { schema: { body: todoCreate, response: { 201: todo } } }, async ({ body }, reply) => {
    const created = await store.add(fields(body));
    return reply.code(201).header('Location', `/todos/${created.id}`).send(created);
  });

  app.get('/:id', { schema: { params: idParams, response: { 200: todo } } }, async ({ params }) =>
    found(store.get(params.id)),
  );

  app.put('/:id', { schema: { params: idParams, body: todoReplace, response: { 200: todo } } }, async ({ params, body }) =>
    found(await store.change(params.id, fields(body))),
  );

  app.patch('/:id', { schema: { params: idParams, body: todoPatch, response: { 200: todo } } }, async ({ params, body }) =>
    found(await store.change(params.id, fields(body))),
  );

  app.delete('/:id', { schema: { params: idParams } }, async ({ params }, reply) => {
    found(await store.remove(params.id));
    return reply.code(204).send();
  });
}

/** What a client may set. Anything else in a body is left aside. */
function fields(body) {
  const names = ['title', 'description', 'completed', 'due_date'];
  return Object.fromEntries(names.filter((name) => Object.hasOwn(body, name)).map((name) => [name, body[name]]));
}

function found(value) {
  if (!value) throw new HttpError(404, 'there is no such todo');
  return value;
}
