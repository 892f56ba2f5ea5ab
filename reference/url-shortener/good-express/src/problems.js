'use strict';

const { STATUS_CODES } = require('node:http');

class HttpError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

function sendProblem(res, status, detail) {
  const problem = { type: 'about:blank', title: STATUS_CODES[status], status, detail };
  res.status(status).type('application/problem+json').send(JSON.stringify(problem));
}

module.exports = { HttpError, sendProblem };
