'use strict';

/** An answer that is an error: thrown anywhere, sent in one place. */
class Problem extends Error {
  constructor(status, message, headers = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

module.exports = { Problem };
