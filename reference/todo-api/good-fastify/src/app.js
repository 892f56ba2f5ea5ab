import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import Fastify from 'fastify';
import { HttpError, sendError, sendNotFound } from './problems.js';
import { todoRoutes } from './routes.js';
import { tokenCheck } from './token.js';

export function buildApp({ store, token, logger = false }) {
  const app = Fastify({ logger, bodyLimit: 256 * 1024, frameworkErrors: sendError });

  // Bodies are taken as they are; query and path are text, so there "20" may become 20.
  const bodies = addFormats(new Ajv({ useDefaults: true, allowUnionTypes: true }));
  const texts = addFormats(new Ajv({ useDefaults: true, coerceTypes: true }));
  app.setValidatorCompiler(({ schema, httpPart }) => (httpPart === 'body' ? bodies : texts).compile(schema));

  app.removeContentTypeParser('text/plain');
  app.setErrorHandler(sendError);
  app.setNotFoundHandler(sendNotFound);
  app.register(
    async (todos) => {
      todos.addHook('onRequest', tokenCheck(token));
      todos.register(todoRoutes, { store });
      refuseOtherMethods(todos, '/', ['GET', 'HEAD', 'POST']);
      refuseOtherMethods(todos, '/:id', ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE']);
    },
    { prefix: '/todos' },
  );
  return app;
}

/** Fastify answers 404 to a method without a route; HTTP wants 405 and the methods there are. */
function refuseOtherMethods(app, url, allowed) {
  app.route({
    method: app.supportedMethods.filter((method) => !allowed.includes(method)),
    url,
    onRequest: async (request, reply) => {
      reply.header('Allow', allowed.join(', '));
      throw new HttpError(405, `${request.method} is not possible here`);
    },
    handler: () => {},
  });
}
