import type { Services } from '../api/client';
import type { Config } from '../config';
import { FailoverClient } from '../lib/failover';
import { tokenSource } from './session';

/** @param onAnswer called with the region of each response. */
export function createServices(config: Config, onAnswer: (region: string) => void): Services {
  const client = new FailoverClient({ api: config.api, regions: config.regions, onAnswer });
  return {
    send: (path, init) => client.send(path, init),
    token: tokenSource(config.cognito),
  };
}
