/** Requests that cannot be read are refused by us: grpc-js would answer INTERNAL, and end the stream. */
import type { ServiceDefinition } from '@grpc/grpc-js';
import { Problem } from '../problem.ts';

/** Stands for a message that could not be read, so that its sender is told so. */
export interface Undecodable {
  undecodable: unknown;
}

export const isUndecodable = (message: object): message is Undecodable => 'undecodable' in message;

/**
 * The methods of a service, with requests that can be anything: what cannot be read is {@link Undecodable}.
 */
export function lenient<Service extends ServiceDefinition>(service: Service): Service {
  return Object.fromEntries(
    Object.entries(service).map(([name, method]) => {
      const requestDeserialize = (bytes: Buffer): unknown => {
        try {
          return method.requestDeserialize(bytes);
        } catch (error) {
          return { undecodable: error } satisfies Undecodable;
        }
      };
      return [name, { ...method, requestDeserialize }];
    }),
  ) as Service;
}

/** @throws {Problem} */
export function decoded<Message extends object>(message: Message | Undecodable): Message {
  if (!isUndecodable(message)) return message;
  throw new Problem('malformed_request', 'The message cannot be read as what this method takes.', {
    cause: message.undecodable,
  });
}
