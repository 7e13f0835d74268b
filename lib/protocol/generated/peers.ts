// Generated from the schema beside this folder by the FlatBuffers compiler; do not edit.

import * as flatbuffers from 'flatbuffers';

export enum PeerFrame {
  SubmitTask = 1,
  CancelRemoteTask = 2,
  ShipFunction = 3,
  JobGone = 4,
  ResultTaken = 5,
  DropReplicas = 6,
  TaskFinished = 20,
  RemoteOutput = 21,
  OffloadResults = 22,
  FetchObject = 40,
  ObjectBegin = 41,
  ObjectChunk = 42,
  ObjectMissing = 43,
  NodeState = 44,
  SendChunks = 45,
  RefuseObject = 46,
  ObjectElsewhere = 47,
  Fragment = 48
}

export class Amount implements flatbuffers.IUnpackableObject<AmountT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Amount {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsAmount(bb:flatbuffers.ByteBuffer, obj?:Amount):Amount {
  return (obj || new Amount()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsAmount(bb:flatbuffers.ByteBuffer, obj?:Amount):Amount {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Amount()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

name():string|null
name(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
name(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

amount():number {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.readFloat64(this.bb_pos + offset) : 0.0;
}

static startAmount(builder:flatbuffers.Builder) {
  builder.startObject(2);
}

static addName(builder:flatbuffers.Builder, nameOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, nameOffset, 0);
}

static addAmount(builder:flatbuffers.Builder, amount:number) {
  builder.addFieldFloat64(1, amount, 0.0);
}

static endAmount(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createAmount(builder:flatbuffers.Builder, nameOffset:flatbuffers.Offset, amount:number):flatbuffers.Offset {
  Amount.startAmount(builder);
  Amount.addName(builder, nameOffset);
  Amount.addAmount(builder, amount);
  return Amount.endAmount(builder);
}

unpack(): AmountT {
  return new AmountT(
    this.name(),
    this.amount()
  );
}


unpackTo(_o: AmountT): void {
  _o.name = this.name();
  _o.amount = this.amount();
}
}

export class AmountT implements flatbuffers.IGeneratedObject {
constructor(
  public name: string|Uint8Array|null = null,
  public amount: number = 0.0
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const name = (this.name !== null ? builder.createString(this.name!) : 0);

  return Amount.createAmount(builder,
    name,
    this.amount
  );
}
}

export class SubmitTask implements flatbuffers.IUnpackableObject<SubmitTaskT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):SubmitTask {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsSubmitTask(bb:flatbuffers.ByteBuffer, obj?:SubmitTask):SubmitTask {
  return (obj || new SubmitTask()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsSubmitTask(bb:flatbuffers.ByteBuffer, obj?:SubmitTask):SubmitTask {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new SubmitTask()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

token():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

job():number {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

jobName():string|null
jobName(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
jobName(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

hash():string|null
hash(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
hash(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

name():string|null
name(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
name(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 12);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

resources(index: number, obj?:Amount):Amount|null {
  const offset = this.bb!.__offset(this.bb_pos, 14);
  return offset ? (obj || new Amount()).__init(this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4), this.bb!) : null;
}

resourcesLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 14);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

exclusive():boolean {
  const offset = this.bb!.__offset(this.bb_pos, 16);
  return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
}

maxRetries():number {
  const offset = this.bb!.__offset(this.bb_pos, 18);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

flags():number {
  const offset = this.bb!.__offset(this.bb_pos, 20);
  return offset ? this.bb!.readUint16(this.bb_pos + offset) : 0;
}

returns(index: number):number|null {
  const offset = this.bb!.__offset(this.bb_pos, 22);
  return offset ? this.bb!.readUint8(this.bb!.__vector(this.bb_pos + offset) + index) : 0;
}

returnsLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 22);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

returnsArray():Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 22);
  return offset ? new Uint8Array(this.bb!.bytes().buffer, this.bb!.bytes().byteOffset + this.bb!.__vector(this.bb_pos + offset), this.bb!.__vector_len(this.bb_pos + offset)) : null;
}

dependencies(index: number):number|null {
  const offset = this.bb!.__offset(this.bb_pos, 24);
  return offset ? this.bb!.readUint8(this.bb!.__vector(this.bb_pos + offset) + index) : 0;
}

dependenciesLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 24);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

dependenciesArray():Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 24);
  return offset ? new Uint8Array(this.bb!.bytes().buffer, this.bb!.bytes().byteOffset + this.bb!.__vector(this.bb_pos + offset), this.bb!.__vector_len(this.bb_pos + offset)) : null;
}

positions(index: number):number|null {
  const offset = this.bb!.__offset(this.bb_pos, 26);
  return offset ? this.bb!.readUint32(this.bb!.__vector(this.bb_pos + offset) + index * 4) : 0;
}

positionsLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 26);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

positionsArray():Uint32Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 26);
  return offset ? new Uint32Array(this.bb!.bytes().buffer, this.bb!.bytes().byteOffset + this.bb!.__vector(this.bb_pos + offset), this.bb!.__vector_len(this.bb_pos + offset)) : null;
}

contained(index: number):number|null {
  const offset = this.bb!.__offset(this.bb_pos, 28);
  return offset ? this.bb!.readUint8(this.bb!.__vector(this.bb_pos + offset) + index) : 0;
}

containedLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 28);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

containedArray():Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 28);
  return offset ? new Uint8Array(this.bb!.bytes().buffer, this.bb!.bytes().byteOffset + this.bb!.__vector(this.bb_pos + offset), this.bb!.__vector_len(this.bb_pos + offset)) : null;
}

arguments_(index: number):number|null {
  const offset = this.bb!.__offset(this.bb_pos, 30);
  return offset ? this.bb!.readUint8(this.bb!.__vector(this.bb_pos + offset) + index) : 0;
}

argumentsLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 30);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

argumentsArray():Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 30);
  return offset ? new Uint8Array(this.bb!.bytes().buffer, this.bb!.bytes().byteOffset + this.bb!.__vector(this.bb_pos + offset), this.bb!.__vector_len(this.bb_pos + offset)) : null;
}

static startSubmitTask(builder:flatbuffers.Builder) {
  builder.startObject(14);
}

static addToken(builder:flatbuffers.Builder, token:number) {
  builder.addFieldInt32(0, token, 0);
}

static addJob(builder:flatbuffers.Builder, job:number) {
  builder.addFieldInt32(1, job, 0);
}

static addJobName(builder:flatbuffers.Builder, jobNameOffset:flatbuffers.Offset) {
  builder.addFieldOffset(2, jobNameOffset, 0);
}

static addHash(builder:flatbuffers.Builder, hashOffset:flatbuffers.Offset) {
  builder.addFieldOffset(3, hashOffset, 0);
}

static addName(builder:flatbuffers.Builder, nameOffset:flatbuffers.Offset) {
  builder.addFieldOffset(4, nameOffset, 0);
}

static addResources(builder:flatbuffers.Builder, resourcesOffset:flatbuffers.Offset) {
  builder.addFieldOffset(5, resourcesOffset, 0);
}

static createResourcesVector(builder:flatbuffers.Builder, data:flatbuffers.Offset[]):flatbuffers.Offset {
  builder.startVector(4, data.length, 4);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addOffset(data[i]!);
  }
  return builder.endVector();
}

static startResourcesVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(4, numElems, 4);
}

static addExclusive(builder:flatbuffers.Builder, exclusive:boolean) {
  builder.addFieldInt8(6, +exclusive, +false);
}

static addMaxRetries(builder:flatbuffers.Builder, maxRetries:number) {
  builder.addFieldInt32(7, maxRetries, 0);
}

static addFlags(builder:flatbuffers.Builder, flags:number) {
  builder.addFieldInt16(8, flags, 0);
}

static addReturns(builder:flatbuffers.Builder, returnsOffset:flatbuffers.Offset) {
  builder.addFieldOffset(9, returnsOffset, 0);
}

static createReturnsVector(builder:flatbuffers.Builder, data:number[]|Uint8Array):flatbuffers.Offset {
  builder.startVector(1, data.length, 1);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addInt8(data[i]!);
  }
  return builder.endVector();
}

static startReturnsVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(1, numElems, 1);
}

static addDependencies(builder:flatbuffers.Builder, dependenciesOffset:flatbuffers.Offset) {
  builder.addFieldOffset(10, dependenciesOffset, 0);
}

static createDependenciesVector(builder:flatbuffers.Builder, data:number[]|Uint8Array):flatbuffers.Offset {
  builder.startVector(1, data.length, 1);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addInt8(data[i]!);
  }
  return builder.endVector();
}

static startDependenciesVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(1, numElems, 1);
}

static addPositions(builder:flatbuffers.Builder, positionsOffset:flatbuffers.Offset) {
  builder.addFieldOffset(11, positionsOffset, 0);
}

static createPositionsVector(builder:flatbuffers.Builder, data:number[]|Uint32Array):flatbuffers.Offset;
/**
 * @deprecated This Uint8Array overload will be removed in the future.
 */
static createPositionsVector(builder:flatbuffers.Builder, data:number[]|Uint8Array):flatbuffers.Offset;
static createPositionsVector(builder:flatbuffers.Builder, data:number[]|Uint32Array|Uint8Array):flatbuffers.Offset {
  builder.startVector(4, data.length, 4);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addInt32(data[i]!);
  }
  return builder.endVector();
}

static startPositionsVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(4, numElems, 4);
}

static addContained(builder:flatbuffers.Builder, containedOffset:flatbuffers.Offset) {
  builder.addFieldOffset(12, containedOffset, 0);
}

static createContainedVector(builder:flatbuffers.Builder, data:number[]|Uint8Array):flatbuffers.Offset {
  builder.startVector(1, data.length, 1);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addInt8(data[i]!);
  }
  return builder.endVector();
}

static startContainedVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(1, numElems, 1);
}

static addArguments(builder:flatbuffers.Builder, arguments_Offset:flatbuffers.Offset) {
  builder.addFieldOffset(13, arguments_Offset, 0);
}

static createArgumentsVector(builder:flatbuffers.Builder, data:number[]|Uint8Array):flatbuffers.Offset {
  builder.startVector(1, data.length, 1);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addInt8(data[i]!);
  }
  return builder.endVector();
}

static startArgumentsVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(1, numElems, 1);
}

static endSubmitTask(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createSubmitTask(builder:flatbuffers.Builder, token:number, job:number, jobNameOffset:flatbuffers.Offset, hashOffset:flatbuffers.Offset, nameOffset:flatbuffers.Offset, resourcesOffset:flatbuffers.Offset, exclusive:boolean, maxRetries:number, flags:number, returnsOffset:flatbuffers.Offset, dependenciesOffset:flatbuffers.Offset, positionsOffset:flatbuffers.Offset, containedOffset:flatbuffers.Offset, arguments_Offset:flatbuffers.Offset):flatbuffers.Offset {
  SubmitTask.startSubmitTask(builder);
  SubmitTask.addToken(builder, token);
  SubmitTask.addJob(builder, job);
  SubmitTask.addJobName(builder, jobNameOffset);
  SubmitTask.addHash(builder, hashOffset);
  SubmitTask.addName(builder, nameOffset);
  SubmitTask.addResources(builder, resourcesOffset);
  SubmitTask.addExclusive(builder, exclusive);
  SubmitTask.addMaxRetries(builder, maxRetries);
  SubmitTask.addFlags(builder, flags);
  SubmitTask.addReturns(builder, returnsOffset);
  SubmitTask.addDependencies(builder, dependenciesOffset);
  SubmitTask.addPositions(builder, positionsOffset);
  SubmitTask.addContained(builder, containedOffset);
  SubmitTask.addArguments(builder, arguments_Offset);
  return SubmitTask.endSubmitTask(builder);
}

unpack(): SubmitTaskT {
  return new SubmitTaskT(
    this.token(),
    this.job(),
    this.jobName(),
    this.hash(),
    this.name(),
    this.bb!.createObjList<Amount, AmountT>(this.resources.bind(this), this.resourcesLength()),
    this.exclusive(),
    this.maxRetries(),
    this.flags(),
    this.bb!.createScalarList<number>(this.returns.bind(this), this.returnsLength()),
    this.bb!.createScalarList<number>(this.dependencies.bind(this), this.dependenciesLength()),
    this.bb!.createScalarList<number>(this.positions.bind(this), this.positionsLength()),
    this.bb!.createScalarList<number>(this.contained.bind(this), this.containedLength()),
    this.bb!.createScalarList<number>(this.arguments_.bind(this), this.argumentsLength())
  );
}


unpackTo(_o: SubmitTaskT): void {
  _o.token = this.token();
  _o.job = this.job();
  _o.jobName = this.jobName();
  _o.hash = this.hash();
  _o.name = this.name();
  _o.resources = this.bb!.createObjList<Amount, AmountT>(this.resources.bind(this), this.resourcesLength());
  _o.exclusive = this.exclusive();
  _o.maxRetries = this.maxRetries();
  _o.flags = this.flags();
  _o.returns = this.bb!.createScalarList<number>(this.returns.bind(this), this.returnsLength());
  _o.dependencies = this.bb!.createScalarList<number>(this.dependencies.bind(this), this.dependenciesLength());
  _o.positions = this.bb!.createScalarList<number>(this.positions.bind(this), this.positionsLength());
  _o.contained = this.bb!.createScalarList<number>(this.contained.bind(this), this.containedLength());
  _o.arguments_ = this.bb!.createScalarList<number>(this.arguments_.bind(this), this.argumentsLength());
}
}

export class SubmitTaskT implements flatbuffers.IGeneratedObject {
constructor(
  public token: number = 0,
  public job: number = 0,
  public jobName: string|Uint8Array|null = null,
  public hash: string|Uint8Array|null = null,
  public name: string|Uint8Array|null = null,
  public resources: (AmountT)[] = [],
  public exclusive: boolean = false,
  public maxRetries: number = 0,
  public flags: number = 0,
  public returns: (number)[] = [],
  public dependencies: (number)[] = [],
  public positions: (number)[] = [],
  public contained: (number)[] = [],
  public arguments_: (number)[] = []
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const jobName = (this.jobName !== null ? builder.createString(this.jobName!) : 0);
  const hash = (this.hash !== null ? builder.createString(this.hash!) : 0);
  const name = (this.name !== null ? builder.createString(this.name!) : 0);
  const resources = SubmitTask.createResourcesVector(builder, builder.createObjectOffsetList(this.resources));
  const returns = SubmitTask.createReturnsVector(builder, this.returns);
  const dependencies = SubmitTask.createDependenciesVector(builder, this.dependencies);
  const positions = SubmitTask.createPositionsVector(builder, this.positions);
  const contained = SubmitTask.createContainedVector(builder, this.contained);
  const arguments_ = SubmitTask.createArgumentsVector(builder, this.arguments_);

  return SubmitTask.createSubmitTask(builder,
    this.token,
    this.job,
    jobName,
    hash,
    name,
    resources,
    this.exclusive,
    this.maxRetries,
    this.flags,
    returns,
    dependencies,
    positions,
    contained,
    arguments_
  );
}
}

export class CancelRemoteTask implements flatbuffers.IUnpackableObject<CancelRemoteTaskT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):CancelRemoteTask {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsCancelRemoteTask(bb:flatbuffers.ByteBuffer, obj?:CancelRemoteTask):CancelRemoteTask {
  return (obj || new CancelRemoteTask()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsCancelRemoteTask(bb:flatbuffers.ByteBuffer, obj?:CancelRemoteTask):CancelRemoteTask {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new CancelRemoteTask()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

token():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

force():boolean {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
}

recursive():boolean {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
}

static startCancelRemoteTask(builder:flatbuffers.Builder) {
  builder.startObject(3);
}

static addToken(builder:flatbuffers.Builder, token:number) {
  builder.addFieldInt32(0, token, 0);
}

static addForce(builder:flatbuffers.Builder, force:boolean) {
  builder.addFieldInt8(1, +force, +false);
}

static addRecursive(builder:flatbuffers.Builder, recursive:boolean) {
  builder.addFieldInt8(2, +recursive, +false);
}

static endCancelRemoteTask(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createCancelRemoteTask(builder:flatbuffers.Builder, token:number, force:boolean, recursive:boolean):flatbuffers.Offset {
  CancelRemoteTask.startCancelRemoteTask(builder);
  CancelRemoteTask.addToken(builder, token);
  CancelRemoteTask.addForce(builder, force);
  CancelRemoteTask.addRecursive(builder, recursive);
  return CancelRemoteTask.endCancelRemoteTask(builder);
}

unpack(): CancelRemoteTaskT {
  return new CancelRemoteTaskT(
    this.token(),
    this.force(),
    this.recursive()
  );
}


unpackTo(_o: CancelRemoteTaskT): void {
  _o.token = this.token();
  _o.force = this.force();
  _o.recursive = this.recursive();
}
}

export class CancelRemoteTaskT implements flatbuffers.IGeneratedObject {
constructor(
  public token: number = 0,
  public force: boolean = false,
  public recursive: boolean = false
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  return CancelRemoteTask.createCancelRemoteTask(builder,
    this.token,
    this.force,
    this.recursive
  );
}
}

export class ShipFunction implements flatbuffers.IUnpackableObject<ShipFunctionT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):ShipFunction {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsShipFunction(bb:flatbuffers.ByteBuffer, obj?:ShipFunction):ShipFunction {
  return (obj || new ShipFunction()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsShipFunction(bb:flatbuffers.ByteBuffer, obj?:ShipFunction):ShipFunction {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new ShipFunction()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

job():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

jobName():string|null
jobName(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
jobName(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

hash():string|null
hash(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
hash(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

name():string|null
name(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
name(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

payload(index: number):number|null {
  const offset = this.bb!.__offset(this.bb_pos, 12);
  return offset ? this.bb!.readUint8(this.bb!.__vector(this.bb_pos + offset) + index) : 0;
}

payloadLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 12);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

payloadArray():Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 12);
  return offset ? new Uint8Array(this.bb!.bytes().buffer, this.bb!.bytes().byteOffset + this.bb!.__vector(this.bb_pos + offset), this.bb!.__vector_len(this.bb_pos + offset)) : null;
}

held(index: number):number|null {
  const offset = this.bb!.__offset(this.bb_pos, 14);
  return offset ? this.bb!.readUint8(this.bb!.__vector(this.bb_pos + offset) + index) : 0;
}

heldLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 14);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

heldArray():Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 14);
  return offset ? new Uint8Array(this.bb!.bytes().buffer, this.bb!.bytes().byteOffset + this.bb!.__vector(this.bb_pos + offset), this.bb!.__vector_len(this.bb_pos + offset)) : null;
}

static startShipFunction(builder:flatbuffers.Builder) {
  builder.startObject(6);
}

static addJob(builder:flatbuffers.Builder, job:number) {
  builder.addFieldInt32(0, job, 0);
}

static addJobName(builder:flatbuffers.Builder, jobNameOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, jobNameOffset, 0);
}

static addHash(builder:flatbuffers.Builder, hashOffset:flatbuffers.Offset) {
  builder.addFieldOffset(2, hashOffset, 0);
}

static addName(builder:flatbuffers.Builder, nameOffset:flatbuffers.Offset) {
  builder.addFieldOffset(3, nameOffset, 0);
}

static addPayload(builder:flatbuffers.Builder, payloadOffset:flatbuffers.Offset) {
  builder.addFieldOffset(4, payloadOffset, 0);
}

static createPayloadVector(builder:flatbuffers.Builder, data:number[]|Uint8Array):flatbuffers.Offset {
  builder.startVector(1, data.length, 1);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addInt8(data[i]!);
  }
  return builder.endVector();
}

static startPayloadVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(1, numElems, 1);
}

static addHeld(builder:flatbuffers.Builder, heldOffset:flatbuffers.Offset) {
  builder.addFieldOffset(5, heldOffset, 0);
}

static createHeldVector(builder:flatbuffers.Builder, data:number[]|Uint8Array):flatbuffers.Offset {
  builder.startVector(1, data.length, 1);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addInt8(data[i]!);
  }
  return builder.endVector();
}

static startHeldVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(1, numElems, 1);
}

static endShipFunction(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createShipFunction(builder:flatbuffers.Builder, job:number, jobNameOffset:flatbuffers.Offset, hashOffset:flatbuffers.Offset, nameOffset:flatbuffers.Offset, payloadOffset:flatbuffers.Offset, heldOffset:flatbuffers.Offset):flatbuffers.Offset {
  ShipFunction.startShipFunction(builder);
  ShipFunction.addJob(builder, job);
  ShipFunction.addJobName(builder, jobNameOffset);
  ShipFunction.addHash(builder, hashOffset);
  ShipFunction.addName(builder, nameOffset);
  ShipFunction.addPayload(builder, payloadOffset);
  ShipFunction.addHeld(builder, heldOffset);
  return ShipFunction.endShipFunction(builder);
}

unpack(): ShipFunctionT {
  return new ShipFunctionT(
    this.job(),
    this.jobName(),
    this.hash(),
    this.name(),
    this.bb!.createScalarList<number>(this.payload.bind(this), this.payloadLength()),
    this.bb!.createScalarList<number>(this.held.bind(this), this.heldLength())
  );
}


unpackTo(_o: ShipFunctionT): void {
  _o.job = this.job();
  _o.jobName = this.jobName();
  _o.hash = this.hash();
  _o.name = this.name();
  _o.payload = this.bb!.createScalarList<number>(this.payload.bind(this), this.payloadLength());
  _o.held = this.bb!.createScalarList<number>(this.held.bind(this), this.heldLength());
}
}

export class ShipFunctionT implements flatbuffers.IGeneratedObject {
constructor(
  public job: number = 0,
  public jobName: string|Uint8Array|null = null,
  public hash: string|Uint8Array|null = null,
  public name: string|Uint8Array|null = null,
  public payload: (number)[] = [],
  public held: (number)[] = []
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const jobName = (this.jobName !== null ? builder.createString(this.jobName!) : 0);
  const hash = (this.hash !== null ? builder.createString(this.hash!) : 0);
  const name = (this.name !== null ? builder.createString(this.name!) : 0);
  const payload = ShipFunction.createPayloadVector(builder, this.payload);
  const held = ShipFunction.createHeldVector(builder, this.held);

  return ShipFunction.createShipFunction(builder,
    this.job,
    jobName,
    hash,
    name,
    payload,
    held
  );
}
}

export class JobGone implements flatbuffers.IUnpackableObject<JobGoneT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):JobGone {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsJobGone(bb:flatbuffers.ByteBuffer, obj?:JobGone):JobGone {
  return (obj || new JobGone()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsJobGone(bb:flatbuffers.ByteBuffer, obj?:JobGone):JobGone {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new JobGone()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

job():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

static startJobGone(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addJob(builder:flatbuffers.Builder, job:number) {
  builder.addFieldInt32(0, job, 0);
}

static endJobGone(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createJobGone(builder:flatbuffers.Builder, job:number):flatbuffers.Offset {
  JobGone.startJobGone(builder);
  JobGone.addJob(builder, job);
  return JobGone.endJobGone(builder);
}

unpack(): JobGoneT {
  return new JobGoneT(
    this.job()
  );
}


unpackTo(_o: JobGoneT): void {
  _o.job = this.job();
}
}

export class JobGoneT implements flatbuffers.IGeneratedObject {
constructor(
  public job: number = 0
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  return JobGone.createJobGone(builder,
    this.job
  );
}
}

export class ResultTaken implements flatbuffers.IUnpackableObject<ResultTakenT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):ResultTaken {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsResultTaken(bb:flatbuffers.ByteBuffer, obj?:ResultTaken):ResultTaken {
  return (obj || new ResultTaken()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsResultTaken(bb:flatbuffers.ByteBuffer, obj?:ResultTaken):ResultTaken {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new ResultTaken()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

token():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

static startResultTaken(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addToken(builder:flatbuffers.Builder, token:number) {
  builder.addFieldInt32(0, token, 0);
}

static endResultTaken(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createResultTaken(builder:flatbuffers.Builder, token:number):flatbuffers.Offset {
  ResultTaken.startResultTaken(builder);
  ResultTaken.addToken(builder, token);
  return ResultTaken.endResultTaken(builder);
}

unpack(): ResultTakenT {
  return new ResultTakenT(
    this.token()
  );
}


unpackTo(_o: ResultTakenT): void {
  _o.token = this.token();
}
}

export class ResultTakenT implements flatbuffers.IGeneratedObject {
constructor(
  public token: number = 0
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  return ResultTaken.createResultTaken(builder,
    this.token
  );
}
}

export class DropReplicas implements flatbuffers.IUnpackableObject<DropReplicasT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):DropReplicas {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsDropReplicas(bb:flatbuffers.ByteBuffer, obj?:DropReplicas):DropReplicas {
  return (obj || new DropReplicas()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsDropReplicas(bb:flatbuffers.ByteBuffer, obj?:DropReplicas):DropReplicas {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new DropReplicas()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

ids(index: number):number|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint8(this.bb!.__vector(this.bb_pos + offset) + index) : 0;
}

idsLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

idsArray():Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? new Uint8Array(this.bb!.bytes().buffer, this.bb!.bytes().byteOffset + this.bb!.__vector(this.bb_pos + offset), this.bb!.__vector_len(this.bb_pos + offset)) : null;
}

static startDropReplicas(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addIds(builder:flatbuffers.Builder, idsOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, idsOffset, 0);
}

static createIdsVector(builder:flatbuffers.Builder, data:number[]|Uint8Array):flatbuffers.Offset {
  builder.startVector(1, data.length, 1);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addInt8(data[i]!);
  }
  return builder.endVector();
}

static startIdsVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(1, numElems, 1);
}

static endDropReplicas(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createDropReplicas(builder:flatbuffers.Builder, idsOffset:flatbuffers.Offset):flatbuffers.Offset {
  DropReplicas.startDropReplicas(builder);
  DropReplicas.addIds(builder, idsOffset);
  return DropReplicas.endDropReplicas(builder);
}

unpack(): DropReplicasT {
  return new DropReplicasT(
    this.bb!.createScalarList<number>(this.ids.bind(this), this.idsLength())
  );
}


unpackTo(_o: DropReplicasT): void {
  _o.ids = this.bb!.createScalarList<number>(this.ids.bind(this), this.idsLength());
}
}

export class DropReplicasT implements flatbuffers.IGeneratedObject {
constructor(
  public ids: (number)[] = []
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const ids = DropReplicas.createIdsVector(builder, this.ids);

  return DropReplicas.createDropReplicas(builder,
    ids
  );
}
}

export class TaskFinished implements flatbuffers.IUnpackableObject<TaskFinishedT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):TaskFinished {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsTaskFinished(bb:flatbuffers.ByteBuffer, obj?:TaskFinished):TaskFinished {
  return (obj || new TaskFinished()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsTaskFinished(bb:flatbuffers.ByteBuffer, obj?:TaskFinished):TaskFinished {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new TaskFinished()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

token():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

failed():boolean {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
}

microseconds():number {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

transfers(index: number):number|null {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? this.bb!.readUint32(this.bb!.__vector(this.bb_pos + offset) + index * 4) : 0;
}

transfersLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

transfersArray():Uint32Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? new Uint32Array(this.bb!.bytes().buffer, this.bb!.bytes().byteOffset + this.bb!.__vector(this.bb_pos + offset), this.bb!.__vector_len(this.bb_pos + offset)) : null;
}

kept(index: number):number|null {
  const offset = this.bb!.__offset(this.bb_pos, 12);
  return offset ? this.bb!.readFloat64(this.bb!.__vector(this.bb_pos + offset) + index * 8) : 0;
}

keptLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 12);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

keptArray():Float64Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 12);
  return offset ? new Float64Array(this.bb!.bytes().buffer, this.bb!.bytes().byteOffset + this.bb!.__vector(this.bb_pos + offset), this.bb!.__vector_len(this.bb_pos + offset)) : null;
}

static startTaskFinished(builder:flatbuffers.Builder) {
  builder.startObject(5);
}

static addToken(builder:flatbuffers.Builder, token:number) {
  builder.addFieldInt32(0, token, 0);
}

static addFailed(builder:flatbuffers.Builder, failed:boolean) {
  builder.addFieldInt8(1, +failed, +false);
}

static addMicroseconds(builder:flatbuffers.Builder, microseconds:number) {
  builder.addFieldInt32(2, microseconds, 0);
}

static addTransfers(builder:flatbuffers.Builder, transfersOffset:flatbuffers.Offset) {
  builder.addFieldOffset(3, transfersOffset, 0);
}

static createTransfersVector(builder:flatbuffers.Builder, data:number[]|Uint32Array):flatbuffers.Offset;
/**
 * @deprecated This Uint8Array overload will be removed in the future.
 */
static createTransfersVector(builder:flatbuffers.Builder, data:number[]|Uint8Array):flatbuffers.Offset;
static createTransfersVector(builder:flatbuffers.Builder, data:number[]|Uint32Array|Uint8Array):flatbuffers.Offset {
  builder.startVector(4, data.length, 4);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addInt32(data[i]!);
  }
  return builder.endVector();
}

static startTransfersVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(4, numElems, 4);
}

static addKept(builder:flatbuffers.Builder, keptOffset:flatbuffers.Offset) {
  builder.addFieldOffset(4, keptOffset, 0);
}

static createKeptVector(builder:flatbuffers.Builder, data:number[]|Float64Array):flatbuffers.Offset;
/**
 * @deprecated This Uint8Array overload will be removed in the future.
 */
static createKeptVector(builder:flatbuffers.Builder, data:number[]|Uint8Array):flatbuffers.Offset;
static createKeptVector(builder:flatbuffers.Builder, data:number[]|Float64Array|Uint8Array):flatbuffers.Offset {
  builder.startVector(8, data.length, 8);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addFloat64(data[i]!);
  }
  return builder.endVector();
}

static startKeptVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(8, numElems, 8);
}

static endTaskFinished(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createTaskFinished(builder:flatbuffers.Builder, token:number, failed:boolean, microseconds:number, transfersOffset:flatbuffers.Offset, keptOffset:flatbuffers.Offset):flatbuffers.Offset {
  TaskFinished.startTaskFinished(builder);
  TaskFinished.addToken(builder, token);
  TaskFinished.addFailed(builder, failed);
  TaskFinished.addMicroseconds(builder, microseconds);
  TaskFinished.addTransfers(builder, transfersOffset);
  TaskFinished.addKept(builder, keptOffset);
  return TaskFinished.endTaskFinished(builder);
}

unpack(): TaskFinishedT {
  return new TaskFinishedT(
    this.token(),
    this.failed(),
    this.microseconds(),
    this.bb!.createScalarList<number>(this.transfers.bind(this), this.transfersLength()),
    this.bb!.createScalarList<number>(this.kept.bind(this), this.keptLength())
  );
}


unpackTo(_o: TaskFinishedT): void {
  _o.token = this.token();
  _o.failed = this.failed();
  _o.microseconds = this.microseconds();
  _o.transfers = this.bb!.createScalarList<number>(this.transfers.bind(this), this.transfersLength());
  _o.kept = this.bb!.createScalarList<number>(this.kept.bind(this), this.keptLength());
}
}

export class TaskFinishedT implements flatbuffers.IGeneratedObject {
constructor(
  public token: number = 0,
  public failed: boolean = false,
  public microseconds: number = 0,
  public transfers: (number)[] = [],
  public kept: (number)[] = []
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const transfers = TaskFinished.createTransfersVector(builder, this.transfers);
  const kept = TaskFinished.createKeptVector(builder, this.kept);

  return TaskFinished.createTaskFinished(builder,
    this.token,
    this.failed,
    this.microseconds,
    transfers,
    kept
  );
}
}

export class OffloadResults implements flatbuffers.IUnpackableObject<OffloadResultsT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):OffloadResults {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsOffloadResults(bb:flatbuffers.ByteBuffer, obj?:OffloadResults):OffloadResults {
  return (obj || new OffloadResults()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsOffloadResults(bb:flatbuffers.ByteBuffer, obj?:OffloadResults):OffloadResults {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new OffloadResults()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

tokens(index: number):number|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb!.__vector(this.bb_pos + offset) + index * 4) : 0;
}

tokensLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

tokensArray():Uint32Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? new Uint32Array(this.bb!.bytes().buffer, this.bb!.bytes().byteOffset + this.bb!.__vector(this.bb_pos + offset), this.bb!.__vector_len(this.bb_pos + offset)) : null;
}

static startOffloadResults(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addTokens(builder:flatbuffers.Builder, tokensOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, tokensOffset, 0);
}

static createTokensVector(builder:flatbuffers.Builder, data:number[]|Uint32Array):flatbuffers.Offset;
/**
 * @deprecated This Uint8Array overload will be removed in the future.
 */
static createTokensVector(builder:flatbuffers.Builder, data:number[]|Uint8Array):flatbuffers.Offset;
static createTokensVector(builder:flatbuffers.Builder, data:number[]|Uint32Array|Uint8Array):flatbuffers.Offset {
  builder.startVector(4, data.length, 4);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addInt32(data[i]!);
  }
  return builder.endVector();
}

static startTokensVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(4, numElems, 4);
}

static endOffloadResults(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createOffloadResults(builder:flatbuffers.Builder, tokensOffset:flatbuffers.Offset):flatbuffers.Offset {
  OffloadResults.startOffloadResults(builder);
  OffloadResults.addTokens(builder, tokensOffset);
  return OffloadResults.endOffloadResults(builder);
}

unpack(): OffloadResultsT {
  return new OffloadResultsT(
    this.bb!.createScalarList<number>(this.tokens.bind(this), this.tokensLength())
  );
}


unpackTo(_o: OffloadResultsT): void {
  _o.tokens = this.bb!.createScalarList<number>(this.tokens.bind(this), this.tokensLength());
}
}

export class OffloadResultsT implements flatbuffers.IGeneratedObject {
constructor(
  public tokens: (number)[] = []
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const tokens = OffloadResults.createTokensVector(builder, this.tokens);

  return OffloadResults.createOffloadResults(builder,
    tokens
  );
}
}

export class RemoteOutput implements flatbuffers.IUnpackableObject<RemoteOutputT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):RemoteOutput {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsRemoteOutput(bb:flatbuffers.ByteBuffer, obj?:RemoteOutput):RemoteOutput {
  return (obj || new RemoteOutput()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsRemoteOutput(bb:flatbuffers.ByteBuffer, obj?:RemoteOutput):RemoteOutput {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new RemoteOutput()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

job():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

name():string|null
name(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
name(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

pid():number {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

stderr():boolean {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
}

text():string|null
text(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
text(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 12);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

static startRemoteOutput(builder:flatbuffers.Builder) {
  builder.startObject(5);
}

static addJob(builder:flatbuffers.Builder, job:number) {
  builder.addFieldInt32(0, job, 0);
}

static addName(builder:flatbuffers.Builder, nameOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, nameOffset, 0);
}

static addPid(builder:flatbuffers.Builder, pid:number) {
  builder.addFieldInt32(2, pid, 0);
}

static addStderr(builder:flatbuffers.Builder, stderr:boolean) {
  builder.addFieldInt8(3, +stderr, +false);
}

static addText(builder:flatbuffers.Builder, textOffset:flatbuffers.Offset) {
  builder.addFieldOffset(4, textOffset, 0);
}

static endRemoteOutput(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createRemoteOutput(builder:flatbuffers.Builder, job:number, nameOffset:flatbuffers.Offset, pid:number, stderr:boolean, textOffset:flatbuffers.Offset):flatbuffers.Offset {
  RemoteOutput.startRemoteOutput(builder);
  RemoteOutput.addJob(builder, job);
  RemoteOutput.addName(builder, nameOffset);
  RemoteOutput.addPid(builder, pid);
  RemoteOutput.addStderr(builder, stderr);
  RemoteOutput.addText(builder, textOffset);
  return RemoteOutput.endRemoteOutput(builder);
}

unpack(): RemoteOutputT {
  return new RemoteOutputT(
    this.job(),
    this.name(),
    this.pid(),
    this.stderr(),
    this.text()
  );
}


unpackTo(_o: RemoteOutputT): void {
  _o.job = this.job();
  _o.name = this.name();
  _o.pid = this.pid();
  _o.stderr = this.stderr();
  _o.text = this.text();
}
}

export class RemoteOutputT implements flatbuffers.IGeneratedObject {
constructor(
  public job: number = 0,
  public name: string|Uint8Array|null = null,
  public pid: number = 0,
  public stderr: boolean = false,
  public text: string|Uint8Array|null = null
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const name = (this.name !== null ? builder.createString(this.name!) : 0);
  const text = (this.text !== null ? builder.createString(this.text!) : 0);

  return RemoteOutput.createRemoteOutput(builder,
    this.job,
    name,
    this.pid,
    this.stderr,
    text
  );
}
}

export class FetchObject implements flatbuffers.IUnpackableObject<FetchObjectT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):FetchObject {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsFetchObject(bb:flatbuffers.ByteBuffer, obj?:FetchObject):FetchObject {
  return (obj || new FetchObject()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsFetchObject(bb:flatbuffers.ByteBuffer, obj?:FetchObject):FetchObject {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new FetchObject()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

transfer():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

id(index: number):number|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.readUint8(this.bb!.__vector(this.bb_pos + offset) + index) : 0;
}

idLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

idArray():Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? new Uint8Array(this.bb!.bytes().buffer, this.bb!.bytes().byteOffset + this.bb!.__vector(this.bb_pos + offset), this.bb!.__vector_len(this.bb_pos + offset)) : null;
}

refer():boolean {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
}

copy():boolean {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
}

static startFetchObject(builder:flatbuffers.Builder) {
  builder.startObject(4);
}

static addTransfer(builder:flatbuffers.Builder, transfer:number) {
  builder.addFieldInt32(0, transfer, 0);
}

static addId(builder:flatbuffers.Builder, idOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, idOffset, 0);
}

static createIdVector(builder:flatbuffers.Builder, data:number[]|Uint8Array):flatbuffers.Offset {
  builder.startVector(1, data.length, 1);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addInt8(data[i]!);
  }
  return builder.endVector();
}

static startIdVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(1, numElems, 1);
}

static addRefer(builder:flatbuffers.Builder, refer:boolean) {
  builder.addFieldInt8(2, +refer, +false);
}

static addCopy(builder:flatbuffers.Builder, copy:boolean) {
  builder.addFieldInt8(3, +copy, +false);
}

static endFetchObject(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createFetchObject(builder:flatbuffers.Builder, transfer:number, idOffset:flatbuffers.Offset, refer:boolean, copy:boolean):flatbuffers.Offset {
  FetchObject.startFetchObject(builder);
  FetchObject.addTransfer(builder, transfer);
  FetchObject.addId(builder, idOffset);
  FetchObject.addRefer(builder, refer);
  FetchObject.addCopy(builder, copy);
  return FetchObject.endFetchObject(builder);
}

unpack(): FetchObjectT {
  return new FetchObjectT(
    this.transfer(),
    this.bb!.createScalarList<number>(this.id.bind(this), this.idLength()),
    this.refer(),
    this.copy()
  );
}


unpackTo(_o: FetchObjectT): void {
  _o.transfer = this.transfer();
  _o.id = this.bb!.createScalarList<number>(this.id.bind(this), this.idLength());
  _o.refer = this.refer();
  _o.copy = this.copy();
}
}

export class FetchObjectT implements flatbuffers.IGeneratedObject {
constructor(
  public transfer: number = 0,
  public id: (number)[] = [],
  public refer: boolean = false,
  public copy: boolean = false
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const id = FetchObject.createIdVector(builder, this.id);

  return FetchObject.createFetchObject(builder,
    this.transfer,
    id,
    this.refer,
    this.copy
  );
}
}

export class ObjectElsewhere implements flatbuffers.IUnpackableObject<ObjectElsewhereT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):ObjectElsewhere {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsObjectElsewhere(bb:flatbuffers.ByteBuffer, obj?:ObjectElsewhere):ObjectElsewhere {
  return (obj || new ObjectElsewhere()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsObjectElsewhere(bb:flatbuffers.ByteBuffer, obj?:ObjectElsewhere):ObjectElsewhere {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new ObjectElsewhere()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

transfer():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

nodes(index: number):string
nodes(index: number,optionalEncoding:flatbuffers.Encoding):string|Uint8Array
nodes(index: number,optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__string(this.bb!.__vector(this.bb_pos + offset) + index * 4, optionalEncoding) : null;
}

nodesLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

static startObjectElsewhere(builder:flatbuffers.Builder) {
  builder.startObject(2);
}

static addTransfer(builder:flatbuffers.Builder, transfer:number) {
  builder.addFieldInt32(0, transfer, 0);
}

static addNodes(builder:flatbuffers.Builder, nodesOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, nodesOffset, 0);
}

static createNodesVector(builder:flatbuffers.Builder, data:flatbuffers.Offset[]):flatbuffers.Offset {
  builder.startVector(4, data.length, 4);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addOffset(data[i]!);
  }
  return builder.endVector();
}

static startNodesVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(4, numElems, 4);
}

static endObjectElsewhere(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createObjectElsewhere(builder:flatbuffers.Builder, transfer:number, nodesOffset:flatbuffers.Offset):flatbuffers.Offset {
  ObjectElsewhere.startObjectElsewhere(builder);
  ObjectElsewhere.addTransfer(builder, transfer);
  ObjectElsewhere.addNodes(builder, nodesOffset);
  return ObjectElsewhere.endObjectElsewhere(builder);
}

unpack(): ObjectElsewhereT {
  return new ObjectElsewhereT(
    this.transfer(),
    this.bb!.createScalarList<string>(this.nodes.bind(this), this.nodesLength())
  );
}


unpackTo(_o: ObjectElsewhereT): void {
  _o.transfer = this.transfer();
  _o.nodes = this.bb!.createScalarList<string>(this.nodes.bind(this), this.nodesLength());
}
}

export class ObjectElsewhereT implements flatbuffers.IGeneratedObject {
constructor(
  public transfer: number = 0,
  public nodes: (string)[] = []
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const nodes = ObjectElsewhere.createNodesVector(builder, builder.createObjectOffsetList(this.nodes));

  return ObjectElsewhere.createObjectElsewhere(builder,
    this.transfer,
    nodes
  );
}
}

export class ObjectBegin implements flatbuffers.IUnpackableObject<ObjectBeginT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):ObjectBegin {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsObjectBegin(bb:flatbuffers.ByteBuffer, obj?:ObjectBegin):ObjectBegin {
  return (obj || new ObjectBegin()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsObjectBegin(bb:flatbuffers.ByteBuffer, obj?:ObjectBegin):ObjectBegin {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new ObjectBegin()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

transfer():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

flags():number {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.readUint16(this.bb_pos + offset) : 0;
}

meta(index: number):number|null {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.readUint8(this.bb!.__vector(this.bb_pos + offset) + index) : 0;
}

metaLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

metaArray():Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? new Uint8Array(this.bb!.bytes().buffer, this.bb!.bytes().byteOffset + this.bb!.__vector(this.bb_pos + offset), this.bb!.__vector_len(this.bb_pos + offset)) : null;
}

contained(index: number):number|null {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? this.bb!.readUint8(this.bb!.__vector(this.bb_pos + offset) + index) : 0;
}

containedLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

containedArray():Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? new Uint8Array(this.bb!.bytes().buffer, this.bb!.bytes().byteOffset + this.bb!.__vector(this.bb_pos + offset), this.bb!.__vector_len(this.bb_pos + offset)) : null;
}

buffers(index: number):number|null {
  const offset = this.bb!.__offset(this.bb_pos, 12);
  return offset ? this.bb!.readFloat64(this.bb!.__vector(this.bb_pos + offset) + index * 8) : 0;
}

buffersLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 12);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

buffersArray():Float64Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 12);
  return offset ? new Float64Array(this.bb!.bytes().buffer, this.bb!.bytes().byteOffset + this.bb!.__vector(this.bb_pos + offset), this.bb!.__vector_len(this.bb_pos + offset)) : null;
}

static startObjectBegin(builder:flatbuffers.Builder) {
  builder.startObject(5);
}

static addTransfer(builder:flatbuffers.Builder, transfer:number) {
  builder.addFieldInt32(0, transfer, 0);
}

static addFlags(builder:flatbuffers.Builder, flags:number) {
  builder.addFieldInt16(1, flags, 0);
}

static addMeta(builder:flatbuffers.Builder, metaOffset:flatbuffers.Offset) {
  builder.addFieldOffset(2, metaOffset, 0);
}

static createMetaVector(builder:flatbuffers.Builder, data:number[]|Uint8Array):flatbuffers.Offset {
  builder.startVector(1, data.length, 1);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addInt8(data[i]!);
  }
  return builder.endVector();
}

static startMetaVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(1, numElems, 1);
}

static addContained(builder:flatbuffers.Builder, containedOffset:flatbuffers.Offset) {
  builder.addFieldOffset(3, containedOffset, 0);
}

static createContainedVector(builder:flatbuffers.Builder, data:number[]|Uint8Array):flatbuffers.Offset {
  builder.startVector(1, data.length, 1);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addInt8(data[i]!);
  }
  return builder.endVector();
}

static startContainedVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(1, numElems, 1);
}

static addBuffers(builder:flatbuffers.Builder, buffersOffset:flatbuffers.Offset) {
  builder.addFieldOffset(4, buffersOffset, 0);
}

static createBuffersVector(builder:flatbuffers.Builder, data:number[]|Float64Array):flatbuffers.Offset;
/**
 * @deprecated This Uint8Array overload will be removed in the future.
 */
static createBuffersVector(builder:flatbuffers.Builder, data:number[]|Uint8Array):flatbuffers.Offset;
static createBuffersVector(builder:flatbuffers.Builder, data:number[]|Float64Array|Uint8Array):flatbuffers.Offset {
  builder.startVector(8, data.length, 8);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addFloat64(data[i]!);
  }
  return builder.endVector();
}

static startBuffersVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(8, numElems, 8);
}

static endObjectBegin(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createObjectBegin(builder:flatbuffers.Builder, transfer:number, flags:number, metaOffset:flatbuffers.Offset, containedOffset:flatbuffers.Offset, buffersOffset:flatbuffers.Offset):flatbuffers.Offset {
  ObjectBegin.startObjectBegin(builder);
  ObjectBegin.addTransfer(builder, transfer);
  ObjectBegin.addFlags(builder, flags);
  ObjectBegin.addMeta(builder, metaOffset);
  ObjectBegin.addContained(builder, containedOffset);
  ObjectBegin.addBuffers(builder, buffersOffset);
  return ObjectBegin.endObjectBegin(builder);
}

unpack(): ObjectBeginT {
  return new ObjectBeginT(
    this.transfer(),
    this.flags(),
    this.bb!.createScalarList<number>(this.meta.bind(this), this.metaLength()),
    this.bb!.createScalarList<number>(this.contained.bind(this), this.containedLength()),
    this.bb!.createScalarList<number>(this.buffers.bind(this), this.buffersLength())
  );
}


unpackTo(_o: ObjectBeginT): void {
  _o.transfer = this.transfer();
  _o.flags = this.flags();
  _o.meta = this.bb!.createScalarList<number>(this.meta.bind(this), this.metaLength());
  _o.contained = this.bb!.createScalarList<number>(this.contained.bind(this), this.containedLength());
  _o.buffers = this.bb!.createScalarList<number>(this.buffers.bind(this), this.buffersLength());
}
}

export class ObjectBeginT implements flatbuffers.IGeneratedObject {
constructor(
  public transfer: number = 0,
  public flags: number = 0,
  public meta: (number)[] = [],
  public contained: (number)[] = [],
  public buffers: (number)[] = []
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const meta = ObjectBegin.createMetaVector(builder, this.meta);
  const contained = ObjectBegin.createContainedVector(builder, this.contained);
  const buffers = ObjectBegin.createBuffersVector(builder, this.buffers);

  return ObjectBegin.createObjectBegin(builder,
    this.transfer,
    this.flags,
    meta,
    contained,
    buffers
  );
}
}

export class ObjectChunk implements flatbuffers.IUnpackableObject<ObjectChunkT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):ObjectChunk {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

offset():number {
  return this.bb!.readFloat64(this.bb_pos);
}

transfer():number {
  return this.bb!.readUint32(this.bb_pos + 8);
}

buffer():number {
  return this.bb!.readUint32(this.bb_pos + 12);
}

static sizeOf():number {
  return 16;
}

static createObjectChunk(builder:flatbuffers.Builder, offset: number, transfer: number, buffer: number):flatbuffers.Offset {
  builder.prep(8, 16);
  builder.writeInt32(buffer);
  builder.writeInt32(transfer);
  builder.writeFloat64(offset);
  return builder.offset();
}


unpack(): ObjectChunkT {
  return new ObjectChunkT(
    this.offset(),
    this.transfer(),
    this.buffer()
  );
}


unpackTo(_o: ObjectChunkT): void {
  _o.offset = this.offset();
  _o.transfer = this.transfer();
  _o.buffer = this.buffer();
}
}

export class ObjectChunkT implements flatbuffers.IGeneratedObject {
constructor(
  public offset: number = 0.0,
  public transfer: number = 0,
  public buffer: number = 0
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  return ObjectChunk.createObjectChunk(builder,
    this.offset,
    this.transfer,
    this.buffer
  );
}
}

export class SendChunks implements flatbuffers.IUnpackableObject<SendChunksT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):SendChunks {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsSendChunks(bb:flatbuffers.ByteBuffer, obj?:SendChunks):SendChunks {
  return (obj || new SendChunks()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsSendChunks(bb:flatbuffers.ByteBuffer, obj?:SendChunks):SendChunks {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new SendChunks()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

transfer():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

start():number {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.readFloat64(this.bb_pos + offset) : 0.0;
}

static startSendChunks(builder:flatbuffers.Builder) {
  builder.startObject(2);
}

static addTransfer(builder:flatbuffers.Builder, transfer:number) {
  builder.addFieldInt32(0, transfer, 0);
}

static addStart(builder:flatbuffers.Builder, start:number) {
  builder.addFieldFloat64(1, start, 0.0);
}

static endSendChunks(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createSendChunks(builder:flatbuffers.Builder, transfer:number, start:number):flatbuffers.Offset {
  SendChunks.startSendChunks(builder);
  SendChunks.addTransfer(builder, transfer);
  SendChunks.addStart(builder, start);
  return SendChunks.endSendChunks(builder);
}

unpack(): SendChunksT {
  return new SendChunksT(
    this.transfer(),
    this.start()
  );
}


unpackTo(_o: SendChunksT): void {
  _o.transfer = this.transfer();
  _o.start = this.start();
}
}

export class SendChunksT implements flatbuffers.IGeneratedObject {
constructor(
  public transfer: number = 0,
  public start: number = 0.0
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  return SendChunks.createSendChunks(builder,
    this.transfer,
    this.start
  );
}
}

export class RefuseObject implements flatbuffers.IUnpackableObject<RefuseObjectT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):RefuseObject {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsRefuseObject(bb:flatbuffers.ByteBuffer, obj?:RefuseObject):RefuseObject {
  return (obj || new RefuseObject()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsRefuseObject(bb:flatbuffers.ByteBuffer, obj?:RefuseObject):RefuseObject {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new RefuseObject()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

transfer():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

static startRefuseObject(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addTransfer(builder:flatbuffers.Builder, transfer:number) {
  builder.addFieldInt32(0, transfer, 0);
}

static endRefuseObject(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createRefuseObject(builder:flatbuffers.Builder, transfer:number):flatbuffers.Offset {
  RefuseObject.startRefuseObject(builder);
  RefuseObject.addTransfer(builder, transfer);
  return RefuseObject.endRefuseObject(builder);
}

unpack(): RefuseObjectT {
  return new RefuseObjectT(
    this.transfer()
  );
}


unpackTo(_o: RefuseObjectT): void {
  _o.transfer = this.transfer();
}
}

export class RefuseObjectT implements flatbuffers.IGeneratedObject {
constructor(
  public transfer: number = 0
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  return RefuseObject.createRefuseObject(builder,
    this.transfer
  );
}
}

export class ObjectMissing implements flatbuffers.IUnpackableObject<ObjectMissingT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):ObjectMissing {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsObjectMissing(bb:flatbuffers.ByteBuffer, obj?:ObjectMissing):ObjectMissing {
  return (obj || new ObjectMissing()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsObjectMissing(bb:flatbuffers.ByteBuffer, obj?:ObjectMissing):ObjectMissing {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new ObjectMissing()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

transfer():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

static startObjectMissing(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addTransfer(builder:flatbuffers.Builder, transfer:number) {
  builder.addFieldInt32(0, transfer, 0);
}

static endObjectMissing(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createObjectMissing(builder:flatbuffers.Builder, transfer:number):flatbuffers.Offset {
  ObjectMissing.startObjectMissing(builder);
  ObjectMissing.addTransfer(builder, transfer);
  return ObjectMissing.endObjectMissing(builder);
}

unpack(): ObjectMissingT {
  return new ObjectMissingT(
    this.transfer()
  );
}


unpackTo(_o: ObjectMissingT): void {
  _o.transfer = this.transfer();
}
}

export class ObjectMissingT implements flatbuffers.IGeneratedObject {
constructor(
  public transfer: number = 0
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  return ObjectMissing.createObjectMissing(builder,
    this.transfer
  );
}
}

export class NodeState implements flatbuffers.IUnpackableObject<NodeStateT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):NodeState {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsNodeState(bb:flatbuffers.ByteBuffer, obj?:NodeState):NodeState {
  return (obj || new NodeState()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsNodeState(bb:flatbuffers.ByteBuffer, obj?:NodeState):NodeState {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new NodeState()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

available(index: number, obj?:Amount):Amount|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? (obj || new Amount()).__init(this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4), this.bb!) : null;
}

availableLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

static startNodeState(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addAvailable(builder:flatbuffers.Builder, availableOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, availableOffset, 0);
}

static createAvailableVector(builder:flatbuffers.Builder, data:flatbuffers.Offset[]):flatbuffers.Offset {
  builder.startVector(4, data.length, 4);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addOffset(data[i]!);
  }
  return builder.endVector();
}

static startAvailableVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(4, numElems, 4);
}

static endNodeState(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createNodeState(builder:flatbuffers.Builder, availableOffset:flatbuffers.Offset):flatbuffers.Offset {
  NodeState.startNodeState(builder);
  NodeState.addAvailable(builder, availableOffset);
  return NodeState.endNodeState(builder);
}

unpack(): NodeStateT {
  return new NodeStateT(
    this.bb!.createObjList<Amount, AmountT>(this.available.bind(this), this.availableLength())
  );
}


unpackTo(_o: NodeStateT): void {
  _o.available = this.bb!.createObjList<Amount, AmountT>(this.available.bind(this), this.availableLength());
}
}

export class NodeStateT implements flatbuffers.IGeneratedObject {
constructor(
  public available: (AmountT)[] = []
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const available = NodeState.createAvailableVector(builder, builder.createObjectOffsetList(this.available));

  return NodeState.createNodeState(builder,
    available
  );
}
}
