/** Requests that cannot be read are refused by us: grpc-js would answer INTERNAL, and end the stream. */
import { BinaryReader } from '@bufbuild/protobuf/wire';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { COUNTED_BYTES_MIN } from '../../http/answer-room.ts';
import { Problem } from '../../problem/problem.ts';

/** Stands for a message that could not be read, so that its sender is told so. */
export interface Undecodable {
  undecodable: unknown;
}

const sizes = new WeakMap<object, number>();

/** Bytes of a message on the wire; 0 for less than what is counted. */
export const sizeOf = (message: object): number => sizes.get(message) ?? 0;

export const isUndecodable = (message: object): message is Undecodable => 'undecodable' in message;

/**
 * A protobuf string is UTF-8; left to itself, the reader takes each byte that is not for U+FFFD.
 */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const decodeText = (bytes: Uint8Array): string => utf8.decode(bytes);

/**
 * The methods of a service, with requests that can be anything: what cannot be read is
 * {@link Undecodable}. Responses are encoded already, so that it is known how much they hold.
 */
export function lenient<Service extends ServiceDefinition>(service: Service): Service {
  return Object.fromEntries(
    Object.entries(service).map(([name, method]) => {
      const requestDeserialize = (bytes: Buffer): unknown => {
        try {
          // A generated method takes a reader in the place of bytes.
          const reader = new BinaryReader(bytes, decodeText) as unknown as Buffer;
          const message: object = method.requestDeserialize(reader);
          if (bytes.byteLength >= COUNTED_BYTES_MIN) sizes.set(message, bytes.byteLength);
          return message;
        } catch (error) {
          return { undecodable: error } satisfies Undecodable;
        }
      };
      const responseSerialize = (encoded: Buffer) => encoded;
      return [name, { ...method, requestDeserialize, responseSerialize }];
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
