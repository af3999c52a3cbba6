import type { Services } from '../api/client';
import type { Config } from '../config';
import { FailoverClient } from '../lib/failover';
import type { Session } from '../lib/session';
import { tokenSource } from './session';

/**
 * @param onAnswer called with the region of each answer.
 * @param session the current session.
 */
export function createServices(
  config: Config,
  onAnswer: (region: string) => void,
  session: () => Session,
): Services {
  const client = new FailoverClient({ api: config.api, regions: config.regions, onAnswer });
  return {
    send: (path, init, fits) => client.send(path, init, fits),
    token: tokenSource(session),
  };
}
