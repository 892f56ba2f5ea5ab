'use strict';

const express = require('express');
const { HttpError, sendProblem } = require('./problems');
const { requireJson, requireToken } = require('./middleware');
const { parseCreate, parseId, parseListQuery, parsePatch, parseReplace } = require('./validation');

function createApp({ store, token }) {
  const app = express();
  app.disable('x-powered-by');
  app.use('/todos', requireToken(token), requireJson, express.json({ limit: '100kb', strict: false }), todos(store));
  app.use((req, res) => sendProblem(res, 404, 'there is nothing here'));
  app.use(answerError);
  return app;
}

function todos(store) {
  const router = express.Router();

  router
    .route('/')
    .get((req, res) => res.json(store.list(parseListQuery(req.query))))
    .post((req, res) => {
      const todo = store.add(parseCreate(req.body));
      res.status(201).location(`/todos/${todo.id}`).json(todo);
    })
    .all(notAllowed('GET', 'HEAD', 'POST'));

  router
    .route('/:id')
    .all((req, res, next) => {
      req.todoId = parseId(req.params.id);
      next();
    })
    .get((req, res) => res.json(found(store.get(req.todoId))))
    .put((req, res) => {
      found(store.get(req.todoId));
      res.json(store.change(req.todoId, parseReplace(req.body)));
    })
    .patch((req, res) => {
      found(store.get(req.todoId));
      res.json(store.change(req.todoId, parsePatch(req.body)));
    })
    .delete((req, res) => {
      found(store.remove(req.todoId));
      res.status(204).end();
    })
    .all(notAllowed('GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'));

  return router;
}

function found(todo) {
  if (!todo) throw new HttpError(404, 'there is no such todo');
  return todo;
}

function notAllowed(...methods) {
  return (req, res) => {
    res.set('Allow', methods.join(', '));
    sendProblem(res, 405, `${req.method} is not possible here`);
  };
}

// Express knows an error handler by its four parameters.
function answerError(error, req, res, next) {
  if (res.headersSent) return next(error);
  if (error instanceof HttpError) return sendProblem(res, error.status, error.message);
  if (error.type === 'entity.too.large') return sendProblem(res, 413, 'the body is too large');
  if (error.status >= 400 && error.status < 500) return sendProblem(res, 400, 'the request cannot be read');
  console.error(error);
  return sendProblem(res, 500, 'something went wrong here');
}

module.exports = { createApp };
