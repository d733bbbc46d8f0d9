/**
 * Decodes requests. Invalid bytes get a problem; grpc-js would answer INTERNAL and end the stream.
 */
import { BinaryReader } from '@bufbuild/protobuf/wire';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { COUNTED_BYTES_MIN } from '../../http/answer-room.ts';
import { Problem } from '../../problem/problem.ts';

/** Stands for a message that cannot be decoded. */
export interface Undecodable {
  undecodable: unknown;
}

const sizes = new WeakMap<object, number>();

/** Bytes of a message on the wire; 0 below {@link COUNTED_BYTES_MIN}. */
export const sizeOf = (message: object): number => sizes.get(message) ?? 0;

export const isUndecodable = (message: object): message is Undecodable => 'undecodable' in message;

/** A protobuf string is UTF-8. The default decoder would replace invalid bytes by U+FFFD. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const decodeText = (bytes: Uint8Array): string => utf8.decode(bytes);

/**
 * The methods of a service that accept any request: invalid bytes become {@link Undecodable}.
 * Responses are already encoded, so that their size is known.
 */
export function lenient<Service extends ServiceDefinition>(service: Service): Service {
  return Object.fromEntries(
    Object.entries(service).map(([name, method]) => {
      const requestDeserialize = (bytes: Buffer): unknown => {
        try {
          // A generated decoder also accepts a reader.
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
  throw new Problem('malformed_request', 'The message cannot be decoded as the request of this method.', {
    cause: message.undecodable,
  });
}
