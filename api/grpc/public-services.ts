/** Health and reflection. They need no API key, so they must hold no memory for a caller. */
import { readFile } from 'node:fs/promises';
import { type ServerDuplexStream, type ServerWritableStream, type Server, status } from '@grpc/grpc-js';
import type { AnyDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { HealthImplementation } from 'grpc-health-check';

const SERVICES: readonly string[] = ['', 'holdfast.orders.v1.OrderService'];

type Status = 'SERVING' | 'NOT_SERVING';
type Handlers = Record<string, (...given: never[]) => unknown>;

/** Adds a service with changed handlers. The service itself only knows `addToServer`. */
const addChanged = (
  server: Server,
  service: { addToServer: (server: Server) => void },
  change: (handlers: Handlers) => Handlers,
): void => {
  const addService = (definition: never, handlers: Handlers) =>
    server.addService(definition, change(handlers) as never);
  service.addToServer({ addService } as unknown as Server);
};

/** Ends an open call when the server drains, so that the client moves to another node. */
function endWith(
  stopping: AbortSignal,
  call: ServerWritableStream<never, never> | ServerDuplexStream<object, object>,
): void {
  const end = () =>
    call.emit('error', {
      code: status.UNAVAILABLE,
      details: 'The server is stopping. Retry on another node.',
    });
  stopping.addEventListener('abort', end, { once: true });
  call.once('close', () => stopping.removeEventListener('abort', end));
  if (stopping.aborted) end();
}

/**
 * @param stopping ends the open watches when it aborts
 * @returns sets the health; watchers get changes only
 */
export function addHealth(server: Server, stopping: AbortSignal): (status: Status) => void {
  const health = new HealthImplementation();
  addChanged(server, health, ({ watch, ...handlers }) => ({
    ...handlers,
    // The library keeps every requested name forever: pass on known names only.
    watch(call: ServerWritableStream<{ service: string }, { status: string }>) {
      endWith(stopping, call as never);
      if (SERVICES.includes(call.request.service)) watch?.(call as never);
      else call.write({ status: 'SERVICE_UNKNOWN' });
    },
  }));
  let current: Status | undefined;
  return (status) => {
    if (status === current) return;
    current = status;
    for (const service of SERVICES) health.setStatus(service, status);
  };
}

/**
 * Serves the descriptors of orders.proto to clients without a copy, such as grpcurl and buf curl.
 */
export async function addReflection(server: Server, stopping: AbortSignal): Promise<void> {
  const sets = await Promise.all(['orders', 'health'].map(readDescriptors));
  // Descriptors, because the library does not resolve the imports of a .proto file.
  const files = { fileDescriptorProtos: sets.flat() } as AnyDefinition;
  addChanged(server, new ReflectionService({ files }), ({ ServerReflectionInfo: answer }) => ({
    ServerReflectionInfo(stream: ServerDuplexStream<object, object>) {
      endWith(stopping, stream);
      readAsTaken(stream);
      answer?.(stream as never);
    },
  }));
}

/** The library answers every request at once. Pause the requests of a client that does not read. */
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

/** The files of a `google.protobuf.FileDescriptorSet`: the message is a list of them. */
async function readDescriptors(name: string): Promise<Buffer[]> {
  const reader = new BinaryReader(await readFile(new URL(`generated/${name}.binpb`, import.meta.url)));
  const files: Buffer[] = [];
  while (reader.pos < reader.len) {
    reader.tag();
    files.push(Buffer.from(reader.bytes()));
  }
  return files;
}
