/** The operations of a spec with an optional `Idempotency-Key`: the client generates the key. */
export type WithOptionalKey<Paths> = {
  [Path in keyof Paths]: { [Method in keyof Paths[Path]]: Operation<Paths[Path][Method]> };
};

type Operation<T> = T extends { parameters: { header: infer Header } }
  ? Omit<T, 'parameters'> & { parameters: Omit<T['parameters'], 'header'> & Headers<Relaxed<Header>> }
  : T;

type Relaxed<Header> = Header extends { 'Idempotency-Key': infer Key }
  ? Omit<Header, 'Idempotency-Key'> & { 'Idempotency-Key'?: Key }
  : Header;

// oxlint-disable-next-line typescript/no-empty-object-type -- true if no member is required
type Headers<Header> = {} extends Header ? { header?: Header } : { header: Header };
