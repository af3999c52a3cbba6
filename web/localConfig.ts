import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Plugin } from 'vite';
import type { Config } from './src/config.ts';

interface Endpoints {
  api: string;
  regions: Record<string, { api: string }>;
  aws_endpoint: string;
  user_pool_id: string;
  user_pool_client_id: string;
  user_pool_region: string;
  blog?: string | null;
}

/** config.json of the running local cloud, in the form that Terraform writes for an environment. */
function configOf(endpoints: Endpoints): Config {
  return {
    api: endpoints.api,
    regions: Object.entries(endpoints.regions).map(([name, region]) => ({ name, api: region.api })),
    cognito: {
      region: endpoints.user_pool_region,
      userPoolId: endpoints.user_pool_id,
      userPoolClientId: endpoints.user_pool_client_id,
      endpoint: endpoints.aws_endpoint,
    },
    blog: endpoints.blog ?? null,
  };
}

/** Serves /config.json from the local cloud's endpoints.json, read on each request so that a restart needs no reload. */
export function localConfig(): Plugin {
  const file = path.resolve(import.meta.dirname, '..', process.env.LOCAL_DIR ?? '.local', 'endpoints.json');
  return {
    name: 'local-config',
    apply: 'serve',
    configureServer(server) {
      server.middlewares.use('/config.json', (_request, response) => {
        response.setHeader('Content-Type', 'application/json');
        if (existsSync(file)) {
          response.end(JSON.stringify(configOf(JSON.parse(readFileSync(file, 'utf8')))));
          return;
        }
        response.statusCode = 503;
        response.end(JSON.stringify({ title: `${file} is missing: start the local cloud with "make up"` }));
      });
    },
  };
}
