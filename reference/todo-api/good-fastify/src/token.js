import { createHash, timingSafeEqual } from 'node:crypto';
import { HttpError } from './problems.js';

/** A hook that lets nobody in without the token; without one everybody may. */
export function tokenCheck(token) {
  return async (request, reply) => {
    if (!token) return;
    const [, given] = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
    if (given !== undefined && timingSafeEqual(digest(given), digest(token))) return;
    reply.header('WWW-Authenticate', 'Bearer');
    throw new HttpError(401, 'send a valid token');
  };
}

function digest(text) {
  return createHash('sha256').update(text).digest();
}
