'use strict';

/** A bucket per client: `limit` tokens at most, filled evenly within `seconds`. */
class Bucket {
  constructor(limit, seconds, now = () => Date.now() / 1000) {
    this.limit = limit;
    this.perSecond = limit / seconds;
    this.now = now;
    this.clients = new Map();
  }

  /** 0 when a token was there, else the seconds until there will be one. */
  take(client) {
    const now = this.now();
    const { tokens, at } = this.clients.get(client) ?? { tokens: this.limit, at: now };
    const filled = Math.min(this.limit, tokens + (now - at) * this.perSecond);
    const left = filled >= 1 ? filled - 1 : filled;
    this.clients.set(client, { tokens: left, at: now });
    return filled >= 1 ? 0 : Math.ceil((1 - filled) / this.perSecond);
  }
}

module.exports = { Bucket };
