/**
 * Health and reflection: the services that ask for no key, and so must not hold anything for
 * whoever calls them.
 */
import { readFile } from 'node:fs/promises';
import { type ServerDuplexStream, type ServerWritableStream, type Server, status } from '@grpc/grpc-js';
import type { AnyDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { HealthImplementation } from 'grpc-health-check';

const SERVICES: readonly string[] = ['', 'holdfast.orders.v1.OrderService'];

type Status = 'SERVING' | 'NOT_SERVING';
type Handlers = Record<string, (...given: never[]) => unknown>;

/** Adds a service that adds itself to a server, with its handlers changed. */
const addChanged = (
  server: Server,
  service: { addToServer: (server: Server) => void },
  change: (handlers: Handlers) => Handlers,
): void => {
  const addService = (definition: never, handlers: Handlers) =>
    server.addService(definition, change(handlers) as never);
  service.addToServer({ addService } as unknown as Server);
};

/**
 * Whoever watches or asks learns that the server ends, and goes to another one; none of them holds
 * it up.
 */
function endWith(
  stopping: AbortSignal,
  call: ServerWritableStream<never, never> | ServerDuplexStream<object, object>,
): void {
  const end = () => call.emit('error', { code: status.UNAVAILABLE, details: 'The server is stopping.' });
  stopping.addEventListener('abort', end, { once: true });
  call.once('close', () => stopping.removeEventListener('abort', end));
  if (stopping.aborted) end();
}

/**
 * @param stopping when aborted, those who watch are let go
 * @returns tells the health, to those who watch it only when it has changed
 */
export function addHealth(server: Server, stopping: AbortSignal): (status: Status) => void {
  const health = new HealthImplementation();
  addChanged(server, health, ({ watch, ...handlers }) => ({
    ...handlers,
    // The library remembers each name that it is asked for, for good.
    watch(call: ServerWritableStream<{ service: string }, { status: string }>) {
      endWith(stopping, call as never);
      if (SERVICES.includes(call.request.service)) watch?.(call as never);
      else call.write({ status: 'SERVICE_UNKNOWN' });
    },
  }));
  let told: Status | undefined;
  return (status) => {
    if (status === told) return;
    told = status;
    for (const service of SERVICES) health.setStatus(service, status);
  };
}

/** Whoever has no copy of orders.proto asks for it: grpcurl, buf curl, and the like. */
export async function addReflection(server: Server, stopping: AbortSignal): Promise<void> {
  const sets = await Promise.all(['orders', 'health'].map(readDescriptors));
  // The form in which it takes them; what it makes of a .proto file by itself lacks the imports.
  const files = { fileDescriptorProtos: sets.flat() } as AnyDefinition;
  addChanged(server, new ReflectionService({ files }), ({ ServerReflectionInfo: answer }) => ({
    ServerReflectionInfo(stream: ServerDuplexStream<object, object>) {
      endWith(stopping, stream);
      readAsTaken(stream);
      answer?.(stream as never);
    },
  }));
}

/** The library answers each question at once, also one who never reads. */
function readAsTaken(stream: ServerDuplexStream<object, object>): void {
  const write = stream.write.bind(stream);
  stream.write = (message: object) => {
    const hasRoom = write(message);
    if (!hasRoom) {
      stream.pause();
      stream.once('drain', () => stream.resume());
    }
    return hasRoom;
  };
}

/** The files of a `google.protobuf.FileDescriptorSet`, which is nothing but a list of them. */
async function readDescriptors(name: string): Promise<Buffer[]> {
  const reader = new BinaryReader(await readFile(new URL(`generated/${name}.binpb`, import.meta.url)));
  const files: Buffer[] = [];
  while (reader.pos < reader.len) {
    reader.tag();
    files.push(Buffer.from(reader.bytes()));
  }
  return files;
}
