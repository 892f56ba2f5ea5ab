'use strict';

const express = require('express');
const { HttpError, sendProblem } = require('./problems');
const { parseLink } = require('./validation');

function createApp({ store, bucket }) {
  const app = express();
  app.disable('x-powered-by');

  app
    .route('/links')
    .post(requireJson, limit(bucket), express.json({ limit: '100kb', strict: false }), (req, res) => {
      const link = store.add(parseLink(req.body));
      if (!link) throw new HttpError(409, 'the code is taken');
      res.status(201).location(`/links/${link.code}`).json(link);
    })
    .all(notAllowed('POST'));

  app
    .route('/links/:code')
    .get((req, res) => res.json(found(store.get(req.params.code))))
    .delete((req, res) => {
      found(store.remove(req.params.code));
      res.status(204).end();
    })
    .all(notAllowed('GET', 'HEAD', 'DELETE'));

  app
    .route('/:code')
    .get((req, res) => {
      const link = found(store.visit(req.params.code));
      res.set('Cache-Control', 'no-store').redirect(301, link.url);
    })
    .all(notAllowed('GET', 'HEAD'));

  app.use((req, res) => sendProblem(res, 404, 'there is nothing here'));
  app.use(answerError);
  return app;
}

function limit(bucket) {
  return (req, res, next) => {
    const client = req.get('x-client');
    const seconds = client ? bucket.take(client) : 0;
    if (seconds === 0) return next();
    res.set('Retry-After', String(seconds));
    throw new HttpError(429, 'too many new links');
  };
}

function requireJson(req, res, next) {
  if (req.get('content-type') && !req.is(['json', '+json'])) {
    throw new HttpError(415, 'send the body as application/json');
  }
  next();
}

function found(link) {
  if (!link) throw new HttpError(404, 'there is no such link');
  return link;
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
