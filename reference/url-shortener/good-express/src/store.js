'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { randomBytes } = require('node:crypto');

/**
 * Links in memory, written through to one file.
 *
 * Every method runs to its end before another request is looked at, so changes cannot interleave. The file is
 * replaced by a rename: after a crash there is the old state or the new one, nothing in between.
 */
class LinkStore {
  static open(file) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    return new LinkStore(file, fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : []);
  }

  constructor(file, links) {
    this.file = file;
    this.links = new Map(links.map((link) => [link.code, link]));
  }

  /** The new link; undefined when the code is taken. */
  add({ url, code, expiresIn }) {
    const chosen = code ?? this.freeCode();
    if (this.get(chosen)) return undefined;
    const now = Date.now();
    const link = {
      code: chosen,
      url,
      clicks: 0,
      created_at: new Date(now).toISOString(),
      expires_at: expiresIn === null ? null : new Date(now + expiresIn * 1000).toISOString(),
    };
    this.links.set(chosen, link);
    this.save();
    return link;
  }

  get(code) {
    const link = this.links.get(code);
    if (link && link.expires_at !== null && Date.parse(link.expires_at) <= Date.now()) return undefined;
    return link;
  }

  visit(code) {
    const link = this.get(code);
    if (!link) return undefined;
    link.clicks += 1;
    this.save();
    return link;
  }

  remove(code) {
    if (!this.get(code)) return false;
    this.links.delete(code);
    this.save();
    return true;
  }

  freeCode() {
    let code;
    do code = randomBytes(5).toString('base64url');
    while (this.get(code));
    return code;
  }

  save() {
    fs.writeFileSync(`${this.file}.new`, JSON.stringify([...this.links.values()]));
    fs.renameSync(`${this.file}.new`, this.file);
  }
}

module.exports = { LinkStore };
