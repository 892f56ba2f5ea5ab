import { STATUS_CODES } from 'node:http';

export class HttpError extends Error {
  constructor(statusCode, message) {
    super(message);
    this.statusCode = statusCode;
  }
}

/** Every error as application/problem+json; of unexpected ones a client learns nothing. */
export function sendError(error, request, reply) {
  const status = error.statusCode >= 400 && error.statusCode < 500 ? error.statusCode : 500;
  if (status === 500) request.log.error(error);
  send(reply, status, status === 500 ? 'something went wrong here' : error.message);
}

export function sendNotFound(request, reply) {
  send(reply, 404, 'there is nothing here');
}

function send(reply, status, detail) {
  const problem = { type: 'about:blank', title: STATUS_CODES[status], status, detail };
  reply.code(status).header('Content-Type', 'application/problem+json').send(JSON.stringify(problem));
}
