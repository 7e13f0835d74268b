import type { PackagedRecipe } from './packaged.js';

/**
 * Apache Arrow tables and record batches. They are sent as what they consist of: schema, and the typed arrays of each
 * column, which stay where they are; so neither side writes or parses an IPC stream, and the sender needs no copy of
 * the package. Objects that Arrow shares (dictionaries, types) stay shared.
 */

/** What is used of the package's exports. */
interface ArrowExports {
  Type: Record<number, string>;
  Data: new (...args: unknown[]) => object;
  Vector: new (data: readonly object[]) => object;
  Field: new (name: string, type: object, nullable: boolean, metadata: unknown) => object;
  Schema: new (fields: readonly object[], metadata: unknown) => object;
  RecordBatch: new (schema: object, data: object) => object;
  Table: new (schema: object, batches: readonly object[]) => object;
  [typeName: string]: unknown;
}

interface ArrowField {
  name: string;
  type: ArrowType;
  nullable: boolean;
  metadata: Map<string, string>;
}

/** An Arrow type: its own properties are its parameters. */
interface ArrowType {
  typeId: number;
  children?: ArrowField[] | null;
  [parameter: string]: unknown;
}

interface ArrowData {
  type: ArrowType;
  offset: number;
  length: number;
  nullCount: number;
  valueOffsets?: unknown;
  values?: unknown;
  nullBitmap?: unknown;
  typeIds?: unknown;
  children: ArrowData[];
  dictionary?: { data: ArrowData[] };
  variadicBuffers?: unknown[];
}

interface ArrowSchema {
  fields: ArrowField[];
  metadata: Map<string, string>;
}

interface ArrowBatch {
  schema: ArrowSchema;
  data: ArrowData;
}

interface TypeParts {
  typeId: number;
  parameters: Record<string, unknown>;
  children: FieldParts[] | undefined;
  /** Of a dictionary: the types of its values and of its indices. */
  dictionary: TypeParts | undefined;
  indices: TypeParts | undefined;
}

interface FieldParts {
  name: string;
  type: TypeParts;
  nullable: boolean;
  metadata: Map<string, string>;
}

interface DataParts {
  type: TypeParts;
  numbers: [offset: number, length: number, nullCount: number];
  buffers: unknown[];
  variadic: unknown[];
  children: DataParts[];
  dictionary: VectorParts | undefined;
}

interface VectorParts {
  data: DataParts[];
}

interface TableParts {
  fields: FieldParts[];
  metadata: Map<string, string>;
  batches: DataParts[];
}

/** Takes apart; what Arrow shares is taken apart once, and the codec keeps the parts shared. */
class Disassembly {
  readonly #types = new Map<ArrowType, TypeParts>();
  readonly #vectors = new Map<object, VectorParts>();

  table(schema: ArrowSchema, batches: readonly ArrowData[]): TableParts {
    return {
      fields: schema.fields.map((field) => this.#field(field)),
      metadata: schema.metadata,
      batches: batches.map((data) => this.#data(data)),
    };
  }

  #field({ name, type, nullable, metadata }: ArrowField): FieldParts {
    return { name, type: this.#type(type), nullable, metadata };
  }

  #type(type: ArrowType): TypeParts {
    let parts = this.#types.get(type);
    if (parts === undefined) {
      const { typeId, children, dictionary, indices, ...parameters } = { ...type };
      parts = {
        typeId,
        parameters,
        children: Array.isArray(children) ? children.map((field) => this.#field(field)) : undefined,
        dictionary: isType(dictionary) ? this.#type(dictionary) : undefined,
        indices: isType(indices) ? this.#type(indices) : undefined,
      };
      this.#types.set(type, parts);
    }
    return parts;
  }

  #data(data: ArrowData): DataParts {
    const { type, offset, length, nullCount, valueOffsets, values, nullBitmap, typeIds } = data;
    return {
      type: this.#type(type),
      numbers: [offset, length, nullCount],
      buffers: [valueOffsets, values, nullBitmap, typeIds],
      variadic: [...(data.variadicBuffers ?? [])],
      children: data.children.map((child) => this.#data(child)),
      dictionary: data.dictionary === undefined ? undefined : this.#vector(data.dictionary),
    };
  }

  #vector(vector: { data: ArrowData[] }): VectorParts {
    let parts = this.#vectors.get(vector);
    if (parts === undefined) {
      parts = { data: vector.data.map((data) => this.#data(data)) };
      this.#vectors.set(vector, parts);
    }
    return parts;
  }
}

/** Puts together, with the classes of the package found here. */
class Assembly {
  readonly #types = new Map<TypeParts, object>();
  readonly #vectors = new Map<VectorParts, object>();

  constructor(private readonly arrow: ArrowExports) {}

  schema({ fields, metadata }: TableParts): object {
    return new this.arrow.Schema(
      fields.map((field) => this.#field(field)),
      metadata,
    );
  }

  data({ type, numbers, buffers, variadic, children, dictionary }: DataParts): object {
    return new this.arrow.Data(
      this.#type(type),
      ...numbers,
      buffers,
      children.map((child) => this.data(child)),
      dictionary === undefined ? undefined : this.#vector(dictionary),
      variadic,
    );
  }

  #field({ name, type, nullable, metadata }: FieldParts): object {
    return new this.arrow.Field(name, this.#type(type), nullable, metadata);
  }

  #type(parts: TypeParts): object {
    let type = this.#types.get(parts);
    if (type === undefined) {
      // A type is its class and its parameters: so it is made without knowing what each constructor takes.
      type = Object.create(this.#prototype(parts.typeId)) as object;
      this.#types.set(parts, type);
      const { typeId, children, dictionary, indices } = parts;
      Object.assign(type, { typeId }, parts.parameters);
      if (children !== undefined)
        Object.assign(type, { children: children.map((field) => this.#field(field)) });
      if (dictionary !== undefined) Object.assign(type, { dictionary: this.#type(dictionary) });
      if (indices !== undefined) Object.assign(type, { indices: this.#type(indices) });
    }
    return type;
  }

  /** `Date_` and `Map_` have their names from the language's own classes. */
  #prototype(typeId: number): object {
    const name = this.arrow.Type[typeId];
    const typeClass = this.arrow[`${name}_`] ?? this.arrow[`${name}`];
    if (typeof typeClass !== 'function')
      throw new TypeError(`this version of apache-arrow has no type ${typeId}`);
    return typeClass.prototype as object;
  }

  #vector(parts: VectorParts): object {
    let vector = this.#vectors.get(parts);
    if (vector === undefined) {
      vector = new this.arrow.Vector(parts.data.map((data) => this.data(data)));
      this.#vectors.set(parts, vector);
    }
    return vector;
  }
}

function isType(value: unknown): value is ArrowType {
  return typeof value === 'object' && value !== null && typeof (value as ArrowType).typeId === 'number';
}

function isSchema(value: unknown): value is ArrowSchema {
  const { fields, metadata } = (value ?? {}) as Partial<ArrowSchema>;
  return metadata instanceof Map && Array.isArray(fields) && fields.every((field) => isType(field?.type));
}

function isBatch(value: unknown): value is ArrowBatch {
  const { schema, data } = (value ?? {}) as Partial<ArrowBatch>;
  return isSchema(schema) && isType(data?.type) && Array.isArray(data.children);
}

const packages = ['apache-arrow'];

export const arrowRecipes: readonly PackagedRecipe[] = [
  {
    kind: 2,
    packages,
    recognises(value) {
      const { schema, batches, getChild } = value as Record<string, unknown>;
      return (
        typeof getChild === 'function' && isSchema(schema) && Array.isArray(batches) && batches.every(isBatch)
      );
    },
    takeApart(value) {
      const { schema, batches } = value as { schema: ArrowSchema; batches: ArrowBatch[] };
      return new Disassembly().table(
        schema,
        batches.map(({ data }) => data),
      );
    },
    putTogether(parts, exports) {
      const arrow = exports as ArrowExports;
      const assembly = new Assembly(arrow);
      const schema = assembly.schema(parts as TableParts);
      return new arrow.Table(
        schema,
        (parts as TableParts).batches.map((data) => new arrow.RecordBatch(schema, assembly.data(data))),
      );
    },
  },
  {
    kind: 3,
    packages,
    recognises(value) {
      return typeof (value as { getChild?: unknown }).getChild === 'function' && isBatch(value);
    },
    takeApart(value) {
      const { schema, data } = value as ArrowBatch;
      return new Disassembly().table(schema, [data]);
    },
    putTogether(parts, exports) {
      const arrow = exports as ArrowExports;
      const assembly = new Assembly(arrow);
      const [data] = (parts as TableParts).batches;
      return new arrow.RecordBatch(assembly.schema(parts as TableParts), assembly.data(data!));
    },
  },
];
