// Generated from the schema beside this folder by the FlatBuffers compiler; do not edit.

import * as flatbuffers from 'flatbuffers';

export enum FrameType {
  Hello = 1,
  DefineShape = 2,
  Demand = 3,
  ReturnLease = 4,
  AwaitObjects = 5,
  ExportFunction = 6,
  FetchFunction = 7,
  KillWorker = 8,
  TaskEvents = 9,
  StatisticsRequest = 10,
  Goodbye = 11,
  CollectRequest = 12,
  CancelObject = 13,
  ClusterRequest = 14,
  WorkerReady = 20,
  LeaseSuspended = 21,
  LeaseResumed = 22,
  LeaseReleased = 23,
  ObjectsReady = 30,
  Welcome = 40,
  LeaseGranted = 41,
  WorkerDied = 42,
  FunctionPayload = 43,
  Output = 44,
  Collect = 45,
  DemandFailed = 46,
  StatisticsReply = 47,
  ClusterReply = 48,
  Farewell = 49,
  LeaseStarted = 60,
  RevokeLease = 61,
  Retire = 62,
  Greeting = 70,
  DefineFunction = 71,
  Task = 72,
  CancelTask = 73,
  TaskDone = 80,
  TaskBounced = 81,
  LeaseEnded = 82,
  PeerJoined = 100,
  PeerChanged = 101,
  PeerLeft = 102,
  RemoteOutput = 103,
  NodeGone = 104,
  NodeAnnounced = 105,
  LinkTraffic = 106,
  ResultsElsewhere = 107,
  RemoteLease = 110,
  RemoteLeaseEnded = 111,
  RemoteKill = 112,
  JobEnded = 113,
  NodeAvailable = 114,
  ResultsWanted = 115
}

export enum ClientKind {
  Driver = 0,
  Worker = 1,
  Observer = 2,
  Gateway = 3
}

export enum TaskStatus {
  Stored = 0,
  StoredError = 1,
  Thrown = 2,
  Discarded = 3,
  Elsewhere = 4
}

export class Hello implements flatbuffers.IUnpackableObject<HelloT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Hello {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsHello(bb:flatbuffers.ByteBuffer, obj?:Hello):Hello {
  return (obj || new Hello()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsHello(bb:flatbuffers.ByteBuffer, obj?:Hello):Hello {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Hello()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

version():string|null
version(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
version(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

kind():ClientKind {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.readUint8(this.bb_pos + offset) : ClientKind.Driver;
}

pid():number {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

worker():number {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

name():string|null
name(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
name(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 12);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

logToDriver():boolean {
  const offset = this.bb!.__offset(this.bb_pos, 14);
  return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
}

workerCommand():string|null
workerCommand(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
workerCommand(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 16);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

static startHello(builder:flatbuffers.Builder) {
  builder.startObject(7);
}

static addVersion(builder:flatbuffers.Builder, versionOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, versionOffset, 0);
}

static addKind(builder:flatbuffers.Builder, kind:ClientKind) {
  builder.addFieldInt8(1, kind, ClientKind.Driver);
}

static addPid(builder:flatbuffers.Builder, pid:number) {
  builder.addFieldInt32(2, pid, 0);
}

static addWorker(builder:flatbuffers.Builder, worker:number) {
  builder.addFieldInt32(3, worker, 0);
}

static addName(builder:flatbuffers.Builder, nameOffset:flatbuffers.Offset) {
  builder.addFieldOffset(4, nameOffset, 0);
}

static addLogToDriver(builder:flatbuffers.Builder, logToDriver:boolean) {
  builder.addFieldInt8(5, +logToDriver, +false);
}

static addWorkerCommand(builder:flatbuffers.Builder, workerCommandOffset:flatbuffers.Offset) {
  builder.addFieldOffset(6, workerCommandOffset, 0);
}

static endHello(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createHello(builder:flatbuffers.Builder, versionOffset:flatbuffers.Offset, kind:ClientKind, pid:number, worker:number, nameOffset:flatbuffers.Offset, logToDriver:boolean, workerCommandOffset:flatbuffers.Offset):flatbuffers.Offset {
  Hello.startHello(builder);
  Hello.addVersion(builder, versionOffset);
  Hello.addKind(builder, kind);
  Hello.addPid(builder, pid);
  Hello.addWorker(builder, worker);
  Hello.addName(builder, nameOffset);
  Hello.addLogToDriver(builder, logToDriver);
  Hello.addWorkerCommand(builder, workerCommandOffset);
  return Hello.endHello(builder);
}

unpack(): HelloT {
  return new HelloT(
    this.version(),
    this.kind(),
    this.pid(),
    this.worker(),
    this.name(),
    this.logToDriver(),
    this.workerCommand()
  );
}


unpackTo(_o: HelloT): void {
  _o.version = this.version();
  _o.kind = this.kind();
  _o.pid = this.pid();
  _o.worker = this.worker();
  _o.name = this.name();
  _o.logToDriver = this.logToDriver();
  _o.workerCommand = this.workerCommand();
}
}

export class HelloT implements flatbuffers.IGeneratedObject {
constructor(
  public version: string|Uint8Array|null = null,
  public kind: ClientKind = ClientKind.Driver,
  public pid: number = 0,
  public worker: number = 0,
  public name: string|Uint8Array|null = null,
  public logToDriver: boolean = false,
  public workerCommand: string|Uint8Array|null = null
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const version = (this.version !== null ? builder.createString(this.version!) : 0);
  const name = (this.name !== null ? builder.createString(this.name!) : 0);
  const workerCommand = (this.workerCommand !== null ? builder.createString(this.workerCommand!) : 0);

  return Hello.createHello(builder,
    version,
    this.kind,
    this.pid,
    this.worker,
    name,
    this.logToDriver,
    workerCommand
  );
}
}

export class Resource implements flatbuffers.IUnpackableObject<ResourceT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Resource {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsResource(bb:flatbuffers.ByteBuffer, obj?:Resource):Resource {
  return (obj || new Resource()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsResource(bb:flatbuffers.ByteBuffer, obj?:Resource):Resource {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Resource()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
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

static startResource(builder:flatbuffers.Builder) {
  builder.startObject(2);
}

static addName(builder:flatbuffers.Builder, nameOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, nameOffset, 0);
}

static addAmount(builder:flatbuffers.Builder, amount:number) {
  builder.addFieldFloat64(1, amount, 0.0);
}

static endResource(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createResource(builder:flatbuffers.Builder, nameOffset:flatbuffers.Offset, amount:number):flatbuffers.Offset {
  Resource.startResource(builder);
  Resource.addName(builder, nameOffset);
  Resource.addAmount(builder, amount);
  return Resource.endResource(builder);
}

unpack(): ResourceT {
  return new ResourceT(
    this.name(),
    this.amount()
  );
}


unpackTo(_o: ResourceT): void {
  _o.name = this.name();
  _o.amount = this.amount();
}
}

export class ResourceT implements flatbuffers.IGeneratedObject {
constructor(
  public name: string|Uint8Array|null = null,
  public amount: number = 0.0
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const name = (this.name !== null ? builder.createString(this.name!) : 0);

  return Resource.createResource(builder,
    name,
    this.amount
  );
}
}

export class Welcome implements flatbuffers.IUnpackableObject<WelcomeT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Welcome {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsWelcome(bb:flatbuffers.ByteBuffer, obj?:Welcome):Welcome {
  return (obj || new Welcome()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsWelcome(bb:flatbuffers.ByteBuffer, obj?:Welcome):Welcome {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Welcome()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

job():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

node():string|null
node(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
node(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

directory():string|null
directory(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
directory(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

resources(index: number, obj?:Resource):Resource|null {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? (obj || new Resource()).__init(this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4), this.bb!) : null;
}

resourcesLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

rayletPid():number {
  const offset = this.bb!.__offset(this.bb_pos, 12);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

sharesCode():boolean {
  const offset = this.bb!.__offset(this.bb_pos, 14);
  return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
}

static startWelcome(builder:flatbuffers.Builder) {
  builder.startObject(6);
}

static addJob(builder:flatbuffers.Builder, job:number) {
  builder.addFieldInt32(0, job, 0);
}

static addNode(builder:flatbuffers.Builder, nodeOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, nodeOffset, 0);
}

static addDirectory(builder:flatbuffers.Builder, directoryOffset:flatbuffers.Offset) {
  builder.addFieldOffset(2, directoryOffset, 0);
}

static addResources(builder:flatbuffers.Builder, resourcesOffset:flatbuffers.Offset) {
  builder.addFieldOffset(3, resourcesOffset, 0);
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

static addRayletPid(builder:flatbuffers.Builder, rayletPid:number) {
  builder.addFieldInt32(4, rayletPid, 0);
}

static addSharesCode(builder:flatbuffers.Builder, sharesCode:boolean) {
  builder.addFieldInt8(5, +sharesCode, +false);
}

static endWelcome(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createWelcome(builder:flatbuffers.Builder, job:number, nodeOffset:flatbuffers.Offset, directoryOffset:flatbuffers.Offset, resourcesOffset:flatbuffers.Offset, rayletPid:number, sharesCode:boolean):flatbuffers.Offset {
  Welcome.startWelcome(builder);
  Welcome.addJob(builder, job);
  Welcome.addNode(builder, nodeOffset);
  Welcome.addDirectory(builder, directoryOffset);
  Welcome.addResources(builder, resourcesOffset);
  Welcome.addRayletPid(builder, rayletPid);
  Welcome.addSharesCode(builder, sharesCode);
  return Welcome.endWelcome(builder);
}

unpack(): WelcomeT {
  return new WelcomeT(
    this.job(),
    this.node(),
    this.directory(),
    this.bb!.createObjList<Resource, ResourceT>(this.resources.bind(this), this.resourcesLength()),
    this.rayletPid(),
    this.sharesCode()
  );
}


unpackTo(_o: WelcomeT): void {
  _o.job = this.job();
  _o.node = this.node();
  _o.directory = this.directory();
  _o.resources = this.bb!.createObjList<Resource, ResourceT>(this.resources.bind(this), this.resourcesLength());
  _o.rayletPid = this.rayletPid();
  _o.sharesCode = this.sharesCode();
}
}

export class WelcomeT implements flatbuffers.IGeneratedObject {
constructor(
  public job: number = 0,
  public node: string|Uint8Array|null = null,
  public directory: string|Uint8Array|null = null,
  public resources: (ResourceT)[] = [],
  public rayletPid: number = 0,
  public sharesCode: boolean = false
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const node = (this.node !== null ? builder.createString(this.node!) : 0);
  const directory = (this.directory !== null ? builder.createString(this.directory!) : 0);
  const resources = Welcome.createResourcesVector(builder, builder.createObjectOffsetList(this.resources));

  return Welcome.createWelcome(builder,
    this.job,
    node,
    directory,
    resources,
    this.rayletPid,
    this.sharesCode
  );
}
}

export class DefineShape implements flatbuffers.IUnpackableObject<DefineShapeT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):DefineShape {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsDefineShape(bb:flatbuffers.ByteBuffer, obj?:DefineShape):DefineShape {
  return (obj || new DefineShape()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsDefineShape(bb:flatbuffers.ByteBuffer, obj?:DefineShape):DefineShape {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new DefineShape()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

shape():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

resources(index: number, obj?:Resource):Resource|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? (obj || new Resource()).__init(this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4), this.bb!) : null;
}

resourcesLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

exclusive():boolean {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
}

spread():boolean {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
}

node():string|null
node(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
node(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 12);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

soft():boolean {
  const offset = this.bb!.__offset(this.bb_pos, 14);
  return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
}

near():string|null
near(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
near(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 16);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

static startDefineShape(builder:flatbuffers.Builder) {
  builder.startObject(7);
}

static addShape(builder:flatbuffers.Builder, shape:number) {
  builder.addFieldInt32(0, shape, 0);
}

static addResources(builder:flatbuffers.Builder, resourcesOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, resourcesOffset, 0);
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
  builder.addFieldInt8(2, +exclusive, +false);
}

static addSpread(builder:flatbuffers.Builder, spread:boolean) {
  builder.addFieldInt8(3, +spread, +false);
}

static addNode(builder:flatbuffers.Builder, nodeOffset:flatbuffers.Offset) {
  builder.addFieldOffset(4, nodeOffset, 0);
}

static addSoft(builder:flatbuffers.Builder, soft:boolean) {
  builder.addFieldInt8(5, +soft, +false);
}

static addNear(builder:flatbuffers.Builder, nearOffset:flatbuffers.Offset) {
  builder.addFieldOffset(6, nearOffset, 0);
}

static endDefineShape(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createDefineShape(builder:flatbuffers.Builder, shape:number, resourcesOffset:flatbuffers.Offset, exclusive:boolean, spread:boolean, nodeOffset:flatbuffers.Offset, soft:boolean, nearOffset:flatbuffers.Offset):flatbuffers.Offset {
  DefineShape.startDefineShape(builder);
  DefineShape.addShape(builder, shape);
  DefineShape.addResources(builder, resourcesOffset);
  DefineShape.addExclusive(builder, exclusive);
  DefineShape.addSpread(builder, spread);
  DefineShape.addNode(builder, nodeOffset);
  DefineShape.addSoft(builder, soft);
  DefineShape.addNear(builder, nearOffset);
  return DefineShape.endDefineShape(builder);
}

unpack(): DefineShapeT {
  return new DefineShapeT(
    this.shape(),
    this.bb!.createObjList<Resource, ResourceT>(this.resources.bind(this), this.resourcesLength()),
    this.exclusive(),
    this.spread(),
    this.node(),
    this.soft(),
    this.near()
  );
}


unpackTo(_o: DefineShapeT): void {
  _o.shape = this.shape();
  _o.resources = this.bb!.createObjList<Resource, ResourceT>(this.resources.bind(this), this.resourcesLength());
  _o.exclusive = this.exclusive();
  _o.spread = this.spread();
  _o.node = this.node();
  _o.soft = this.soft();
  _o.near = this.near();
}
}

export class DefineShapeT implements flatbuffers.IGeneratedObject {
constructor(
  public shape: number = 0,
  public resources: (ResourceT)[] = [],
  public exclusive: boolean = false,
  public spread: boolean = false,
  public node: string|Uint8Array|null = null,
  public soft: boolean = false,
  public near: string|Uint8Array|null = null
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const resources = DefineShape.createResourcesVector(builder, builder.createObjectOffsetList(this.resources));
  const node = (this.node !== null ? builder.createString(this.node!) : 0);
  const near = (this.near !== null ? builder.createString(this.near!) : 0);

  return DefineShape.createDefineShape(builder,
    this.shape,
    resources,
    this.exclusive,
    this.spread,
    node,
    this.soft,
    near
  );
}
}

export class Demand implements flatbuffers.IUnpackableObject<DemandT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Demand {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsDemand(bb:flatbuffers.ByteBuffer, obj?:Demand):Demand {
  return (obj || new Demand()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsDemand(bb:flatbuffers.ByteBuffer, obj?:Demand):Demand {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Demand()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

shape():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

count():number {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

depth():number {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

grantsSeen():number {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

meanMilliseconds():number {
  const offset = this.bb!.__offset(this.bb_pos, 12);
  return offset ? this.bb!.readFloat64(this.bb_pos + offset) : 0.0;
}

static startDemand(builder:flatbuffers.Builder) {
  builder.startObject(5);
}

static addShape(builder:flatbuffers.Builder, shape:number) {
  builder.addFieldInt32(0, shape, 0);
}

static addCount(builder:flatbuffers.Builder, count:number) {
  builder.addFieldInt32(1, count, 0);
}

static addDepth(builder:flatbuffers.Builder, depth:number) {
  builder.addFieldInt32(2, depth, 0);
}

static addGrantsSeen(builder:flatbuffers.Builder, grantsSeen:number) {
  builder.addFieldInt32(3, grantsSeen, 0);
}

static addMeanMilliseconds(builder:flatbuffers.Builder, meanMilliseconds:number) {
  builder.addFieldFloat64(4, meanMilliseconds, 0.0);
}

static endDemand(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createDemand(builder:flatbuffers.Builder, shape:number, count:number, depth:number, grantsSeen:number, meanMilliseconds:number):flatbuffers.Offset {
  Demand.startDemand(builder);
  Demand.addShape(builder, shape);
  Demand.addCount(builder, count);
  Demand.addDepth(builder, depth);
  Demand.addGrantsSeen(builder, grantsSeen);
  Demand.addMeanMilliseconds(builder, meanMilliseconds);
  return Demand.endDemand(builder);
}

unpack(): DemandT {
  return new DemandT(
    this.shape(),
    this.count(),
    this.depth(),
    this.grantsSeen(),
    this.meanMilliseconds()
  );
}


unpackTo(_o: DemandT): void {
  _o.shape = this.shape();
  _o.count = this.count();
  _o.depth = this.depth();
  _o.grantsSeen = this.grantsSeen();
  _o.meanMilliseconds = this.meanMilliseconds();
}
}

export class DemandT implements flatbuffers.IGeneratedObject {
constructor(
  public shape: number = 0,
  public count: number = 0,
  public depth: number = 0,
  public grantsSeen: number = 0,
  public meanMilliseconds: number = 0.0
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  return Demand.createDemand(builder,
    this.shape,
    this.count,
    this.depth,
    this.grantsSeen,
    this.meanMilliseconds
  );
}
}

export class DemandFailed implements flatbuffers.IUnpackableObject<DemandFailedT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):DemandFailed {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsDemandFailed(bb:flatbuffers.ByteBuffer, obj?:DemandFailed):DemandFailed {
  return (obj || new DemandFailed()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsDemandFailed(bb:flatbuffers.ByteBuffer, obj?:DemandFailed):DemandFailed {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new DemandFailed()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

shape():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

code():string|null
code(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
code(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

reason():string|null
reason(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
reason(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

static startDemandFailed(builder:flatbuffers.Builder) {
  builder.startObject(3);
}

static addShape(builder:flatbuffers.Builder, shape:number) {
  builder.addFieldInt32(0, shape, 0);
}

static addCode(builder:flatbuffers.Builder, codeOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, codeOffset, 0);
}

static addReason(builder:flatbuffers.Builder, reasonOffset:flatbuffers.Offset) {
  builder.addFieldOffset(2, reasonOffset, 0);
}

static endDemandFailed(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createDemandFailed(builder:flatbuffers.Builder, shape:number, codeOffset:flatbuffers.Offset, reasonOffset:flatbuffers.Offset):flatbuffers.Offset {
  DemandFailed.startDemandFailed(builder);
  DemandFailed.addShape(builder, shape);
  DemandFailed.addCode(builder, codeOffset);
  DemandFailed.addReason(builder, reasonOffset);
  return DemandFailed.endDemandFailed(builder);
}

unpack(): DemandFailedT {
  return new DemandFailedT(
    this.shape(),
    this.code(),
    this.reason()
  );
}


unpackTo(_o: DemandFailedT): void {
  _o.shape = this.shape();
  _o.code = this.code();
  _o.reason = this.reason();
}
}

export class DemandFailedT implements flatbuffers.IGeneratedObject {
constructor(
  public shape: number = 0,
  public code: string|Uint8Array|null = null,
  public reason: string|Uint8Array|null = null
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const code = (this.code !== null ? builder.createString(this.code!) : 0);
  const reason = (this.reason !== null ? builder.createString(this.reason!) : 0);

  return DemandFailed.createDemandFailed(builder,
    this.shape,
    code,
    reason
  );
}
}

export class LeaseGranted implements flatbuffers.IUnpackableObject<LeaseGrantedT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):LeaseGranted {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsLeaseGranted(bb:flatbuffers.ByteBuffer, obj?:LeaseGranted):LeaseGranted {
  return (obj || new LeaseGranted()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsLeaseGranted(bb:flatbuffers.ByteBuffer, obj?:LeaseGranted):LeaseGranted {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new LeaseGranted()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

lease():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

shape():number {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

worker():number {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

pid():number {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

slot():number {
  const offset = this.bb!.__offset(this.bb_pos, 12);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

path():string|null
path(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
path(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 14);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

static startLeaseGranted(builder:flatbuffers.Builder) {
  builder.startObject(6);
}

static addLease(builder:flatbuffers.Builder, lease:number) {
  builder.addFieldInt32(0, lease, 0);
}

static addShape(builder:flatbuffers.Builder, shape:number) {
  builder.addFieldInt32(1, shape, 0);
}

static addWorker(builder:flatbuffers.Builder, worker:number) {
  builder.addFieldInt32(2, worker, 0);
}

static addPid(builder:flatbuffers.Builder, pid:number) {
  builder.addFieldInt32(3, pid, 0);
}

static addSlot(builder:flatbuffers.Builder, slot:number) {
  builder.addFieldInt32(4, slot, 0);
}

static addPath(builder:flatbuffers.Builder, pathOffset:flatbuffers.Offset) {
  builder.addFieldOffset(5, pathOffset, 0);
}

static endLeaseGranted(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createLeaseGranted(builder:flatbuffers.Builder, lease:number, shape:number, worker:number, pid:number, slot:number, pathOffset:flatbuffers.Offset):flatbuffers.Offset {
  LeaseGranted.startLeaseGranted(builder);
  LeaseGranted.addLease(builder, lease);
  LeaseGranted.addShape(builder, shape);
  LeaseGranted.addWorker(builder, worker);
  LeaseGranted.addPid(builder, pid);
  LeaseGranted.addSlot(builder, slot);
  LeaseGranted.addPath(builder, pathOffset);
  return LeaseGranted.endLeaseGranted(builder);
}

unpack(): LeaseGrantedT {
  return new LeaseGrantedT(
    this.lease(),
    this.shape(),
    this.worker(),
    this.pid(),
    this.slot(),
    this.path()
  );
}


unpackTo(_o: LeaseGrantedT): void {
  _o.lease = this.lease();
  _o.shape = this.shape();
  _o.worker = this.worker();
  _o.pid = this.pid();
  _o.slot = this.slot();
  _o.path = this.path();
}
}

export class LeaseGrantedT implements flatbuffers.IGeneratedObject {
constructor(
  public lease: number = 0,
  public shape: number = 0,
  public worker: number = 0,
  public pid: number = 0,
  public slot: number = 0,
  public path: string|Uint8Array|null = null
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const path = (this.path !== null ? builder.createString(this.path!) : 0);

  return LeaseGranted.createLeaseGranted(builder,
    this.lease,
    this.shape,
    this.worker,
    this.pid,
    this.slot,
    path
  );
}
}

/**
 * unstarted: it had a task that its worker did not start for long.
 */
export class ReturnLease implements flatbuffers.IUnpackableObject<ReturnLeaseT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):ReturnLease {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsReturnLease(bb:flatbuffers.ByteBuffer, obj?:ReturnLease):ReturnLease {
  return (obj || new ReturnLease()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsReturnLease(bb:flatbuffers.ByteBuffer, obj?:ReturnLease):ReturnLease {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new ReturnLease()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

lease():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

unstarted():boolean {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
}

static startReturnLease(builder:flatbuffers.Builder) {
  builder.startObject(2);
}

static addLease(builder:flatbuffers.Builder, lease:number) {
  builder.addFieldInt32(0, lease, 0);
}

static addUnstarted(builder:flatbuffers.Builder, unstarted:boolean) {
  builder.addFieldInt8(1, +unstarted, +false);
}

static endReturnLease(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createReturnLease(builder:flatbuffers.Builder, lease:number, unstarted:boolean):flatbuffers.Offset {
  ReturnLease.startReturnLease(builder);
  ReturnLease.addLease(builder, lease);
  ReturnLease.addUnstarted(builder, unstarted);
  return ReturnLease.endReturnLease(builder);
}

unpack(): ReturnLeaseT {
  return new ReturnLeaseT(
    this.lease(),
    this.unstarted()
  );
}


unpackTo(_o: ReturnLeaseT): void {
  _o.lease = this.lease();
  _o.unstarted = this.unstarted();
}
}

export class ReturnLeaseT implements flatbuffers.IGeneratedObject {
constructor(
  public lease: number = 0,
  public unstarted: boolean = false
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  return ReturnLease.createReturnLease(builder,
    this.lease,
    this.unstarted
  );
}
}

export class LeaseStarted implements flatbuffers.IUnpackableObject<LeaseStartedT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):LeaseStarted {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsLeaseStarted(bb:flatbuffers.ByteBuffer, obj?:LeaseStarted):LeaseStarted {
  return (obj || new LeaseStarted()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsLeaseStarted(bb:flatbuffers.ByteBuffer, obj?:LeaseStarted):LeaseStarted {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new LeaseStarted()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

lease():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

slot():number {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

job():number {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

exclusive():boolean {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
}

static startLeaseStarted(builder:flatbuffers.Builder) {
  builder.startObject(4);
}

static addLease(builder:flatbuffers.Builder, lease:number) {
  builder.addFieldInt32(0, lease, 0);
}

static addSlot(builder:flatbuffers.Builder, slot:number) {
  builder.addFieldInt32(1, slot, 0);
}

static addJob(builder:flatbuffers.Builder, job:number) {
  builder.addFieldInt32(2, job, 0);
}

static addExclusive(builder:flatbuffers.Builder, exclusive:boolean) {
  builder.addFieldInt8(3, +exclusive, +false);
}

static endLeaseStarted(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createLeaseStarted(builder:flatbuffers.Builder, lease:number, slot:number, job:number, exclusive:boolean):flatbuffers.Offset {
  LeaseStarted.startLeaseStarted(builder);
  LeaseStarted.addLease(builder, lease);
  LeaseStarted.addSlot(builder, slot);
  LeaseStarted.addJob(builder, job);
  LeaseStarted.addExclusive(builder, exclusive);
  return LeaseStarted.endLeaseStarted(builder);
}

unpack(): LeaseStartedT {
  return new LeaseStartedT(
    this.lease(),
    this.slot(),
    this.job(),
    this.exclusive()
  );
}


unpackTo(_o: LeaseStartedT): void {
  _o.lease = this.lease();
  _o.slot = this.slot();
  _o.job = this.job();
  _o.exclusive = this.exclusive();
}
}

export class LeaseStartedT implements flatbuffers.IGeneratedObject {
constructor(
  public lease: number = 0,
  public slot: number = 0,
  public job: number = 0,
  public exclusive: boolean = false
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  return LeaseStarted.createLeaseStarted(builder,
    this.lease,
    this.slot,
    this.job,
    this.exclusive
  );
}
}

export class RevokeLease implements flatbuffers.IUnpackableObject<RevokeLeaseT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):RevokeLease {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsRevokeLease(bb:flatbuffers.ByteBuffer, obj?:RevokeLease):RevokeLease {
  return (obj || new RevokeLease()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsRevokeLease(bb:flatbuffers.ByteBuffer, obj?:RevokeLease):RevokeLease {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new RevokeLease()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

lease():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

hard():boolean {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
}

static startRevokeLease(builder:flatbuffers.Builder) {
  builder.startObject(2);
}

static addLease(builder:flatbuffers.Builder, lease:number) {
  builder.addFieldInt32(0, lease, 0);
}

static addHard(builder:flatbuffers.Builder, hard:boolean) {
  builder.addFieldInt8(1, +hard, +false);
}

static endRevokeLease(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createRevokeLease(builder:flatbuffers.Builder, lease:number, hard:boolean):flatbuffers.Offset {
  RevokeLease.startRevokeLease(builder);
  RevokeLease.addLease(builder, lease);
  RevokeLease.addHard(builder, hard);
  return RevokeLease.endRevokeLease(builder);
}

unpack(): RevokeLeaseT {
  return new RevokeLeaseT(
    this.lease(),
    this.hard()
  );
}


unpackTo(_o: RevokeLeaseT): void {
  _o.lease = this.lease();
  _o.hard = this.hard();
}
}

export class RevokeLeaseT implements flatbuffers.IGeneratedObject {
constructor(
  public lease: number = 0,
  public hard: boolean = false
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  return RevokeLease.createRevokeLease(builder,
    this.lease,
    this.hard
  );
}
}

export class LeaseSuspended implements flatbuffers.IUnpackableObject<LeaseSuspendedT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):LeaseSuspended {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsLeaseSuspended(bb:flatbuffers.ByteBuffer, obj?:LeaseSuspended):LeaseSuspended {
  return (obj || new LeaseSuspended()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsLeaseSuspended(bb:flatbuffers.ByteBuffer, obj?:LeaseSuspended):LeaseSuspended {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new LeaseSuspended()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

lease():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

static startLeaseSuspended(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addLease(builder:flatbuffers.Builder, lease:number) {
  builder.addFieldInt32(0, lease, 0);
}

static endLeaseSuspended(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createLeaseSuspended(builder:flatbuffers.Builder, lease:number):flatbuffers.Offset {
  LeaseSuspended.startLeaseSuspended(builder);
  LeaseSuspended.addLease(builder, lease);
  return LeaseSuspended.endLeaseSuspended(builder);
}

unpack(): LeaseSuspendedT {
  return new LeaseSuspendedT(
    this.lease()
  );
}


unpackTo(_o: LeaseSuspendedT): void {
  _o.lease = this.lease();
}
}

export class LeaseSuspendedT implements flatbuffers.IGeneratedObject {
constructor(
  public lease: number = 0
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  return LeaseSuspended.createLeaseSuspended(builder,
    this.lease
  );
}
}

export class LeaseResumed implements flatbuffers.IUnpackableObject<LeaseResumedT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):LeaseResumed {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsLeaseResumed(bb:flatbuffers.ByteBuffer, obj?:LeaseResumed):LeaseResumed {
  return (obj || new LeaseResumed()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsLeaseResumed(bb:flatbuffers.ByteBuffer, obj?:LeaseResumed):LeaseResumed {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new LeaseResumed()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

lease():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

static startLeaseResumed(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addLease(builder:flatbuffers.Builder, lease:number) {
  builder.addFieldInt32(0, lease, 0);
}

static endLeaseResumed(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createLeaseResumed(builder:flatbuffers.Builder, lease:number):flatbuffers.Offset {
  LeaseResumed.startLeaseResumed(builder);
  LeaseResumed.addLease(builder, lease);
  return LeaseResumed.endLeaseResumed(builder);
}

unpack(): LeaseResumedT {
  return new LeaseResumedT(
    this.lease()
  );
}


unpackTo(_o: LeaseResumedT): void {
  _o.lease = this.lease();
}
}

export class LeaseResumedT implements flatbuffers.IGeneratedObject {
constructor(
  public lease: number = 0
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  return LeaseResumed.createLeaseResumed(builder,
    this.lease
  );
}
}

export class LeaseReleased implements flatbuffers.IUnpackableObject<LeaseReleasedT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):LeaseReleased {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsLeaseReleased(bb:flatbuffers.ByteBuffer, obj?:LeaseReleased):LeaseReleased {
  return (obj || new LeaseReleased()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsLeaseReleased(bb:flatbuffers.ByteBuffer, obj?:LeaseReleased):LeaseReleased {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new LeaseReleased()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

lease():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

static startLeaseReleased(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addLease(builder:flatbuffers.Builder, lease:number) {
  builder.addFieldInt32(0, lease, 0);
}

static endLeaseReleased(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createLeaseReleased(builder:flatbuffers.Builder, lease:number):flatbuffers.Offset {
  LeaseReleased.startLeaseReleased(builder);
  LeaseReleased.addLease(builder, lease);
  return LeaseReleased.endLeaseReleased(builder);
}

unpack(): LeaseReleasedT {
  return new LeaseReleasedT(
    this.lease()
  );
}


unpackTo(_o: LeaseReleasedT): void {
  _o.lease = this.lease();
}
}

export class LeaseReleasedT implements flatbuffers.IGeneratedObject {
constructor(
  public lease: number = 0
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  return LeaseReleased.createLeaseReleased(builder,
    this.lease
  );
}
}

export class WorkerReady implements flatbuffers.IUnpackableObject<WorkerReadyT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):WorkerReady {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsWorkerReady(bb:flatbuffers.ByteBuffer, obj?:WorkerReady):WorkerReady {
  return (obj || new WorkerReady()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsWorkerReady(bb:flatbuffers.ByteBuffer, obj?:WorkerReady):WorkerReady {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new WorkerReady()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

path():string|null
path(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
path(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

static startWorkerReady(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addPath(builder:flatbuffers.Builder, pathOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, pathOffset, 0);
}

static endWorkerReady(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createWorkerReady(builder:flatbuffers.Builder, pathOffset:flatbuffers.Offset):flatbuffers.Offset {
  WorkerReady.startWorkerReady(builder);
  WorkerReady.addPath(builder, pathOffset);
  return WorkerReady.endWorkerReady(builder);
}

unpack(): WorkerReadyT {
  return new WorkerReadyT(
    this.path()
  );
}


unpackTo(_o: WorkerReadyT): void {
  _o.path = this.path();
}
}

export class WorkerReadyT implements flatbuffers.IGeneratedObject {
constructor(
  public path: string|Uint8Array|null = null
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const path = (this.path !== null ? builder.createString(this.path!) : 0);

  return WorkerReady.createWorkerReady(builder,
    path
  );
}
}

export class WorkerDied implements flatbuffers.IUnpackableObject<WorkerDiedT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):WorkerDied {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsWorkerDied(bb:flatbuffers.ByteBuffer, obj?:WorkerDied):WorkerDied {
  return (obj || new WorkerDied()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsWorkerDied(bb:flatbuffers.ByteBuffer, obj?:WorkerDied):WorkerDied {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new WorkerDied()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

worker():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

pid():number {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

exitCode():number {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.readInt32(this.bb_pos + offset) : 0;
}

signal():string|null
signal(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
signal(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

stderr():string|null
stderr(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
stderr(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 12);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

memory():number {
  const offset = this.bb!.__offset(this.bb_pos, 14);
  return offset ? this.bb!.readFloat64(this.bb_pos + offset) : 0.0;
}

running():number {
  const offset = this.bb!.__offset(this.bb_pos, 16);
  return offset ? this.bb!.readFloat64(this.bb_pos + offset) : 0.0;
}

leases(index: number):number|null {
  const offset = this.bb!.__offset(this.bb_pos, 18);
  return offset ? this.bb!.readUint32(this.bb!.__vector(this.bb_pos + offset) + index * 4) : 0;
}

leasesLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 18);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

leasesArray():Uint32Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 18);
  return offset ? new Uint32Array(this.bb!.bytes().buffer, this.bb!.bytes().byteOffset + this.bb!.__vector(this.bb_pos + offset), this.bb!.__vector_len(this.bb_pos + offset)) : null;
}

static startWorkerDied(builder:flatbuffers.Builder) {
  builder.startObject(8);
}

static addWorker(builder:flatbuffers.Builder, worker:number) {
  builder.addFieldInt32(0, worker, 0);
}

static addPid(builder:flatbuffers.Builder, pid:number) {
  builder.addFieldInt32(1, pid, 0);
}

static addExitCode(builder:flatbuffers.Builder, exitCode:number) {
  builder.addFieldInt32(2, exitCode, 0);
}

static addSignal(builder:flatbuffers.Builder, signalOffset:flatbuffers.Offset) {
  builder.addFieldOffset(3, signalOffset, 0);
}

static addStderr(builder:flatbuffers.Builder, stderrOffset:flatbuffers.Offset) {
  builder.addFieldOffset(4, stderrOffset, 0);
}

static addMemory(builder:flatbuffers.Builder, memory:number) {
  builder.addFieldFloat64(5, memory, 0.0);
}

static addRunning(builder:flatbuffers.Builder, running:number) {
  builder.addFieldFloat64(6, running, 0.0);
}

static addLeases(builder:flatbuffers.Builder, leasesOffset:flatbuffers.Offset) {
  builder.addFieldOffset(7, leasesOffset, 0);
}

static createLeasesVector(builder:flatbuffers.Builder, data:number[]|Uint32Array):flatbuffers.Offset;
/**
 * @deprecated This Uint8Array overload will be removed in the future.
 */
static createLeasesVector(builder:flatbuffers.Builder, data:number[]|Uint8Array):flatbuffers.Offset;
static createLeasesVector(builder:flatbuffers.Builder, data:number[]|Uint32Array|Uint8Array):flatbuffers.Offset {
  builder.startVector(4, data.length, 4);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addInt32(data[i]!);
  }
  return builder.endVector();
}

static startLeasesVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(4, numElems, 4);
}

static endWorkerDied(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createWorkerDied(builder:flatbuffers.Builder, worker:number, pid:number, exitCode:number, signalOffset:flatbuffers.Offset, stderrOffset:flatbuffers.Offset, memory:number, running:number, leasesOffset:flatbuffers.Offset):flatbuffers.Offset {
  WorkerDied.startWorkerDied(builder);
  WorkerDied.addWorker(builder, worker);
  WorkerDied.addPid(builder, pid);
  WorkerDied.addExitCode(builder, exitCode);
  WorkerDied.addSignal(builder, signalOffset);
  WorkerDied.addStderr(builder, stderrOffset);
  WorkerDied.addMemory(builder, memory);
  WorkerDied.addRunning(builder, running);
  WorkerDied.addLeases(builder, leasesOffset);
  return WorkerDied.endWorkerDied(builder);
}

unpack(): WorkerDiedT {
  return new WorkerDiedT(
    this.worker(),
    this.pid(),
    this.exitCode(),
    this.signal(),
    this.stderr(),
    this.memory(),
    this.running(),
    this.bb!.createScalarList<number>(this.leases.bind(this), this.leasesLength())
  );
}


unpackTo(_o: WorkerDiedT): void {
  _o.worker = this.worker();
  _o.pid = this.pid();
  _o.exitCode = this.exitCode();
  _o.signal = this.signal();
  _o.stderr = this.stderr();
  _o.memory = this.memory();
  _o.running = this.running();
  _o.leases = this.bb!.createScalarList<number>(this.leases.bind(this), this.leasesLength());
}
}

export class WorkerDiedT implements flatbuffers.IGeneratedObject {
constructor(
  public worker: number = 0,
  public pid: number = 0,
  public exitCode: number = 0,
  public signal: string|Uint8Array|null = null,
  public stderr: string|Uint8Array|null = null,
  public memory: number = 0.0,
  public running: number = 0.0,
  public leases: (number)[] = []
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const signal = (this.signal !== null ? builder.createString(this.signal!) : 0);
  const stderr = (this.stderr !== null ? builder.createString(this.stderr!) : 0);
  const leases = WorkerDied.createLeasesVector(builder, this.leases);

  return WorkerDied.createWorkerDied(builder,
    this.worker,
    this.pid,
    this.exitCode,
    signal,
    stderr,
    this.memory,
    this.running,
    leases
  );
}
}

export class Retire implements flatbuffers.IUnpackableObject<RetireT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Retire {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsRetire(bb:flatbuffers.ByteBuffer, obj?:Retire):Retire {
  return (obj || new Retire()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsRetire(bb:flatbuffers.ByteBuffer, obj?:Retire):Retire {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Retire()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

reason():string|null
reason(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
reason(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

static startRetire(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addReason(builder:flatbuffers.Builder, reasonOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, reasonOffset, 0);
}

static endRetire(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createRetire(builder:flatbuffers.Builder, reasonOffset:flatbuffers.Offset):flatbuffers.Offset {
  Retire.startRetire(builder);
  Retire.addReason(builder, reasonOffset);
  return Retire.endRetire(builder);
}

unpack(): RetireT {
  return new RetireT(
    this.reason()
  );
}


unpackTo(_o: RetireT): void {
  _o.reason = this.reason();
}
}

export class RetireT implements flatbuffers.IGeneratedObject {
constructor(
  public reason: string|Uint8Array|null = null
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const reason = (this.reason !== null ? builder.createString(this.reason!) : 0);

  return Retire.createRetire(builder,
    reason
  );
}
}

export class AwaitObjects implements flatbuffers.IUnpackableObject<AwaitObjectsT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):AwaitObjects {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsAwaitObjects(bb:flatbuffers.ByteBuffer, obj?:AwaitObjects):AwaitObjects {
  return (obj || new AwaitObjects()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsAwaitObjects(bb:flatbuffers.ByteBuffer, obj?:AwaitObjects):AwaitObjects {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new AwaitObjects()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

handles(index: number):number|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readFloat64(this.bb!.__vector(this.bb_pos + offset) + index * 8) : 0;
}

handlesLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

handlesArray():Float64Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? new Float64Array(this.bb!.bytes().buffer, this.bb!.bytes().byteOffset + this.bb!.__vector(this.bb_pos + offset), this.bb!.__vector_len(this.bb_pos + offset)) : null;
}

static startAwaitObjects(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addHandles(builder:flatbuffers.Builder, handlesOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, handlesOffset, 0);
}

static createHandlesVector(builder:flatbuffers.Builder, data:number[]|Float64Array):flatbuffers.Offset;
/**
 * @deprecated This Uint8Array overload will be removed in the future.
 */
static createHandlesVector(builder:flatbuffers.Builder, data:number[]|Uint8Array):flatbuffers.Offset;
static createHandlesVector(builder:flatbuffers.Builder, data:number[]|Float64Array|Uint8Array):flatbuffers.Offset {
  builder.startVector(8, data.length, 8);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addFloat64(data[i]!);
  }
  return builder.endVector();
}

static startHandlesVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(8, numElems, 8);
}

static endAwaitObjects(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createAwaitObjects(builder:flatbuffers.Builder, handlesOffset:flatbuffers.Offset):flatbuffers.Offset {
  AwaitObjects.startAwaitObjects(builder);
  AwaitObjects.addHandles(builder, handlesOffset);
  return AwaitObjects.endAwaitObjects(builder);
}

unpack(): AwaitObjectsT {
  return new AwaitObjectsT(
    this.bb!.createScalarList<number>(this.handles.bind(this), this.handlesLength())
  );
}


unpackTo(_o: AwaitObjectsT): void {
  _o.handles = this.bb!.createScalarList<number>(this.handles.bind(this), this.handlesLength());
}
}

export class AwaitObjectsT implements flatbuffers.IGeneratedObject {
constructor(
  public handles: (number)[] = []
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const handles = AwaitObjects.createHandlesVector(builder, this.handles);

  return AwaitObjects.createAwaitObjects(builder,
    handles
  );
}
}

export class ObjectsReady implements flatbuffers.IUnpackableObject<ObjectsReadyT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):ObjectsReady {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsObjectsReady(bb:flatbuffers.ByteBuffer, obj?:ObjectsReady):ObjectsReady {
  return (obj || new ObjectsReady()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsObjectsReady(bb:flatbuffers.ByteBuffer, obj?:ObjectsReady):ObjectsReady {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new ObjectsReady()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

handles(index: number):number|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readFloat64(this.bb!.__vector(this.bb_pos + offset) + index * 8) : 0;
}

handlesLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

handlesArray():Float64Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? new Float64Array(this.bb!.bytes().buffer, this.bb!.bytes().byteOffset + this.bb!.__vector(this.bb_pos + offset), this.bb!.__vector_len(this.bb_pos + offset)) : null;
}

static startObjectsReady(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addHandles(builder:flatbuffers.Builder, handlesOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, handlesOffset, 0);
}

static createHandlesVector(builder:flatbuffers.Builder, data:number[]|Float64Array):flatbuffers.Offset;
/**
 * @deprecated This Uint8Array overload will be removed in the future.
 */
static createHandlesVector(builder:flatbuffers.Builder, data:number[]|Uint8Array):flatbuffers.Offset;
static createHandlesVector(builder:flatbuffers.Builder, data:number[]|Float64Array|Uint8Array):flatbuffers.Offset {
  builder.startVector(8, data.length, 8);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addFloat64(data[i]!);
  }
  return builder.endVector();
}

static startHandlesVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(8, numElems, 8);
}

static endObjectsReady(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createObjectsReady(builder:flatbuffers.Builder, handlesOffset:flatbuffers.Offset):flatbuffers.Offset {
  ObjectsReady.startObjectsReady(builder);
  ObjectsReady.addHandles(builder, handlesOffset);
  return ObjectsReady.endObjectsReady(builder);
}

unpack(): ObjectsReadyT {
  return new ObjectsReadyT(
    this.bb!.createScalarList<number>(this.handles.bind(this), this.handlesLength())
  );
}


unpackTo(_o: ObjectsReadyT): void {
  _o.handles = this.bb!.createScalarList<number>(this.handles.bind(this), this.handlesLength());
}
}

export class ObjectsReadyT implements flatbuffers.IGeneratedObject {
constructor(
  public handles: (number)[] = []
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const handles = ObjectsReady.createHandlesVector(builder, this.handles);

  return ObjectsReady.createObjectsReady(builder,
    handles
  );
}
}

export class ExportFunction implements flatbuffers.IUnpackableObject<ExportFunctionT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):ExportFunction {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsExportFunction(bb:flatbuffers.ByteBuffer, obj?:ExportFunction):ExportFunction {
  return (obj || new ExportFunction()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsExportFunction(bb:flatbuffers.ByteBuffer, obj?:ExportFunction):ExportFunction {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new ExportFunction()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

hash():string|null
hash(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
hash(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

name():string|null
name(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
name(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

payload(index: number):number|null {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.readUint8(this.bb!.__vector(this.bb_pos + offset) + index) : 0;
}

payloadLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

payloadArray():Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? new Uint8Array(this.bb!.bytes().buffer, this.bb!.bytes().byteOffset + this.bb!.__vector(this.bb_pos + offset), this.bb!.__vector_len(this.bb_pos + offset)) : null;
}

held(index: number):number|null {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? this.bb!.readFloat64(this.bb!.__vector(this.bb_pos + offset) + index * 8) : 0;
}

heldLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

heldArray():Float64Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? new Float64Array(this.bb!.bytes().buffer, this.bb!.bytes().byteOffset + this.bb!.__vector(this.bb_pos + offset), this.bb!.__vector_len(this.bb_pos + offset)) : null;
}

static startExportFunction(builder:flatbuffers.Builder) {
  builder.startObject(4);
}

static addHash(builder:flatbuffers.Builder, hashOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, hashOffset, 0);
}

static addName(builder:flatbuffers.Builder, nameOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, nameOffset, 0);
}

static addPayload(builder:flatbuffers.Builder, payloadOffset:flatbuffers.Offset) {
  builder.addFieldOffset(2, payloadOffset, 0);
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
  builder.addFieldOffset(3, heldOffset, 0);
}

static createHeldVector(builder:flatbuffers.Builder, data:number[]|Float64Array):flatbuffers.Offset;
/**
 * @deprecated This Uint8Array overload will be removed in the future.
 */
static createHeldVector(builder:flatbuffers.Builder, data:number[]|Uint8Array):flatbuffers.Offset;
static createHeldVector(builder:flatbuffers.Builder, data:number[]|Float64Array|Uint8Array):flatbuffers.Offset {
  builder.startVector(8, data.length, 8);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addFloat64(data[i]!);
  }
  return builder.endVector();
}

static startHeldVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(8, numElems, 8);
}

static endExportFunction(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createExportFunction(builder:flatbuffers.Builder, hashOffset:flatbuffers.Offset, nameOffset:flatbuffers.Offset, payloadOffset:flatbuffers.Offset, heldOffset:flatbuffers.Offset):flatbuffers.Offset {
  ExportFunction.startExportFunction(builder);
  ExportFunction.addHash(builder, hashOffset);
  ExportFunction.addName(builder, nameOffset);
  ExportFunction.addPayload(builder, payloadOffset);
  ExportFunction.addHeld(builder, heldOffset);
  return ExportFunction.endExportFunction(builder);
}

unpack(): ExportFunctionT {
  return new ExportFunctionT(
    this.hash(),
    this.name(),
    this.bb!.createScalarList<number>(this.payload.bind(this), this.payloadLength()),
    this.bb!.createScalarList<number>(this.held.bind(this), this.heldLength())
  );
}


unpackTo(_o: ExportFunctionT): void {
  _o.hash = this.hash();
  _o.name = this.name();
  _o.payload = this.bb!.createScalarList<number>(this.payload.bind(this), this.payloadLength());
  _o.held = this.bb!.createScalarList<number>(this.held.bind(this), this.heldLength());
}
}

export class ExportFunctionT implements flatbuffers.IGeneratedObject {
constructor(
  public hash: string|Uint8Array|null = null,
  public name: string|Uint8Array|null = null,
  public payload: (number)[] = [],
  public held: (number)[] = []
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const hash = (this.hash !== null ? builder.createString(this.hash!) : 0);
  const name = (this.name !== null ? builder.createString(this.name!) : 0);
  const payload = ExportFunction.createPayloadVector(builder, this.payload);
  const held = ExportFunction.createHeldVector(builder, this.held);

  return ExportFunction.createExportFunction(builder,
    hash,
    name,
    payload,
    held
  );
}
}

export class FetchFunction implements flatbuffers.IUnpackableObject<FetchFunctionT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):FetchFunction {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsFetchFunction(bb:flatbuffers.ByteBuffer, obj?:FetchFunction):FetchFunction {
  return (obj || new FetchFunction()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsFetchFunction(bb:flatbuffers.ByteBuffer, obj?:FetchFunction):FetchFunction {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new FetchFunction()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

hash():string|null
hash(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
hash(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

job():number {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

static startFetchFunction(builder:flatbuffers.Builder) {
  builder.startObject(2);
}

static addHash(builder:flatbuffers.Builder, hashOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, hashOffset, 0);
}

static addJob(builder:flatbuffers.Builder, job:number) {
  builder.addFieldInt32(1, job, 0);
}

static endFetchFunction(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createFetchFunction(builder:flatbuffers.Builder, hashOffset:flatbuffers.Offset, job:number):flatbuffers.Offset {
  FetchFunction.startFetchFunction(builder);
  FetchFunction.addHash(builder, hashOffset);
  FetchFunction.addJob(builder, job);
  return FetchFunction.endFetchFunction(builder);
}

unpack(): FetchFunctionT {
  return new FetchFunctionT(
    this.hash(),
    this.job()
  );
}


unpackTo(_o: FetchFunctionT): void {
  _o.hash = this.hash();
  _o.job = this.job();
}
}

export class FetchFunctionT implements flatbuffers.IGeneratedObject {
constructor(
  public hash: string|Uint8Array|null = null,
  public job: number = 0
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const hash = (this.hash !== null ? builder.createString(this.hash!) : 0);

  return FetchFunction.createFetchFunction(builder,
    hash,
    this.job
  );
}
}

export class FunctionPayload implements flatbuffers.IUnpackableObject<FunctionPayloadT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):FunctionPayload {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsFunctionPayload(bb:flatbuffers.ByteBuffer, obj?:FunctionPayload):FunctionPayload {
  return (obj || new FunctionPayload()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsFunctionPayload(bb:flatbuffers.ByteBuffer, obj?:FunctionPayload):FunctionPayload {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new FunctionPayload()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

hash():string|null
hash(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
hash(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

name():string|null
name(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
name(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

payload(index: number):number|null {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.readUint8(this.bb!.__vector(this.bb_pos + offset) + index) : 0;
}

payloadLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

payloadArray():Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? new Uint8Array(this.bb!.bytes().buffer, this.bb!.bytes().byteOffset + this.bb!.__vector(this.bb_pos + offset), this.bb!.__vector_len(this.bb_pos + offset)) : null;
}

found():boolean {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
}

held(index: number):number|null {
  const offset = this.bb!.__offset(this.bb_pos, 12);
  return offset ? this.bb!.readFloat64(this.bb!.__vector(this.bb_pos + offset) + index * 8) : 0;
}

heldLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 12);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

heldArray():Float64Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 12);
  return offset ? new Float64Array(this.bb!.bytes().buffer, this.bb!.bytes().byteOffset + this.bb!.__vector(this.bb_pos + offset), this.bb!.__vector_len(this.bb_pos + offset)) : null;
}

static startFunctionPayload(builder:flatbuffers.Builder) {
  builder.startObject(5);
}

static addHash(builder:flatbuffers.Builder, hashOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, hashOffset, 0);
}

static addName(builder:flatbuffers.Builder, nameOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, nameOffset, 0);
}

static addPayload(builder:flatbuffers.Builder, payloadOffset:flatbuffers.Offset) {
  builder.addFieldOffset(2, payloadOffset, 0);
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

static addFound(builder:flatbuffers.Builder, found:boolean) {
  builder.addFieldInt8(3, +found, +false);
}

static addHeld(builder:flatbuffers.Builder, heldOffset:flatbuffers.Offset) {
  builder.addFieldOffset(4, heldOffset, 0);
}

static createHeldVector(builder:flatbuffers.Builder, data:number[]|Float64Array):flatbuffers.Offset;
/**
 * @deprecated This Uint8Array overload will be removed in the future.
 */
static createHeldVector(builder:flatbuffers.Builder, data:number[]|Uint8Array):flatbuffers.Offset;
static createHeldVector(builder:flatbuffers.Builder, data:number[]|Float64Array|Uint8Array):flatbuffers.Offset {
  builder.startVector(8, data.length, 8);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addFloat64(data[i]!);
  }
  return builder.endVector();
}

static startHeldVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(8, numElems, 8);
}

static endFunctionPayload(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createFunctionPayload(builder:flatbuffers.Builder, hashOffset:flatbuffers.Offset, nameOffset:flatbuffers.Offset, payloadOffset:flatbuffers.Offset, found:boolean, heldOffset:flatbuffers.Offset):flatbuffers.Offset {
  FunctionPayload.startFunctionPayload(builder);
  FunctionPayload.addHash(builder, hashOffset);
  FunctionPayload.addName(builder, nameOffset);
  FunctionPayload.addPayload(builder, payloadOffset);
  FunctionPayload.addFound(builder, found);
  FunctionPayload.addHeld(builder, heldOffset);
  return FunctionPayload.endFunctionPayload(builder);
}

unpack(): FunctionPayloadT {
  return new FunctionPayloadT(
    this.hash(),
    this.name(),
    this.bb!.createScalarList<number>(this.payload.bind(this), this.payloadLength()),
    this.found(),
    this.bb!.createScalarList<number>(this.held.bind(this), this.heldLength())
  );
}


unpackTo(_o: FunctionPayloadT): void {
  _o.hash = this.hash();
  _o.name = this.name();
  _o.payload = this.bb!.createScalarList<number>(this.payload.bind(this), this.payloadLength());
  _o.found = this.found();
  _o.held = this.bb!.createScalarList<number>(this.held.bind(this), this.heldLength());
}
}

export class FunctionPayloadT implements flatbuffers.IGeneratedObject {
constructor(
  public hash: string|Uint8Array|null = null,
  public name: string|Uint8Array|null = null,
  public payload: (number)[] = [],
  public found: boolean = false,
  public held: (number)[] = []
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const hash = (this.hash !== null ? builder.createString(this.hash!) : 0);
  const name = (this.name !== null ? builder.createString(this.name!) : 0);
  const payload = FunctionPayload.createPayloadVector(builder, this.payload);
  const held = FunctionPayload.createHeldVector(builder, this.held);

  return FunctionPayload.createFunctionPayload(builder,
    hash,
    name,
    payload,
    this.found,
    held
  );
}
}

export class KillWorker implements flatbuffers.IUnpackableObject<KillWorkerT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):KillWorker {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsKillWorker(bb:flatbuffers.ByteBuffer, obj?:KillWorker):KillWorker {
  return (obj || new KillWorker()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsKillWorker(bb:flatbuffers.ByteBuffer, obj?:KillWorker):KillWorker {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new KillWorker()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

worker():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

running():number {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.readFloat64(this.bb_pos + offset) : 0.0;
}

static startKillWorker(builder:flatbuffers.Builder) {
  builder.startObject(2);
}

static addWorker(builder:flatbuffers.Builder, worker:number) {
  builder.addFieldInt32(0, worker, 0);
}

static addRunning(builder:flatbuffers.Builder, running:number) {
  builder.addFieldFloat64(1, running, 0.0);
}

static endKillWorker(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createKillWorker(builder:flatbuffers.Builder, worker:number, running:number):flatbuffers.Offset {
  KillWorker.startKillWorker(builder);
  KillWorker.addWorker(builder, worker);
  KillWorker.addRunning(builder, running);
  return KillWorker.endKillWorker(builder);
}

unpack(): KillWorkerT {
  return new KillWorkerT(
    this.worker(),
    this.running()
  );
}


unpackTo(_o: KillWorkerT): void {
  _o.worker = this.worker();
  _o.running = this.running();
}
}

export class KillWorkerT implements flatbuffers.IGeneratedObject {
constructor(
  public worker: number = 0,
  public running: number = 0.0
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  return KillWorker.createKillWorker(builder,
    this.worker,
    this.running
  );
}
}

export class TaskEvent implements flatbuffers.IUnpackableObject<TaskEventT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):TaskEvent {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsTaskEvent(bb:flatbuffers.ByteBuffer, obj?:TaskEvent):TaskEvent {
  return (obj || new TaskEvent()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsTaskEvent(bb:flatbuffers.ByteBuffer, obj?:TaskEvent):TaskEvent {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new TaskEvent()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

id():string|null
id(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
id(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

name():string|null
name(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
name(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

status():string|null
status(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
status(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

attempts():number {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? this.bb!.readUint16(this.bb_pos + offset) : 0;
}

worker():number {
  const offset = this.bb!.__offset(this.bb_pos, 12);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

start():number {
  const offset = this.bb!.__offset(this.bb_pos, 14);
  return offset ? this.bb!.readFloat64(this.bb_pos + offset) : 0.0;
}

milliseconds():number {
  const offset = this.bb!.__offset(this.bb_pos, 16);
  return offset ? this.bb!.readFloat64(this.bb_pos + offset) : 0.0;
}

error():string|null
error(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
error(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 18);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

resources(index: number, obj?:Resource):Resource|null {
  const offset = this.bb!.__offset(this.bb_pos, 20);
  return offset ? (obj || new Resource()).__init(this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4), this.bb!) : null;
}

resourcesLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 20);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

retries():number {
  const offset = this.bb!.__offset(this.bb_pos, 22);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

given(index: number):string
given(index: number,optionalEncoding:flatbuffers.Encoding):string|Uint8Array
given(index: number,optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 24);
  return offset ? this.bb!.__string(this.bb!.__vector(this.bb_pos + offset) + index * 4, optionalEncoding) : null;
}

givenLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 24);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

static startTaskEvent(builder:flatbuffers.Builder) {
  builder.startObject(11);
}

static addId(builder:flatbuffers.Builder, idOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, idOffset, 0);
}

static addName(builder:flatbuffers.Builder, nameOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, nameOffset, 0);
}

static addStatus(builder:flatbuffers.Builder, statusOffset:flatbuffers.Offset) {
  builder.addFieldOffset(2, statusOffset, 0);
}

static addAttempts(builder:flatbuffers.Builder, attempts:number) {
  builder.addFieldInt16(3, attempts, 0);
}

static addWorker(builder:flatbuffers.Builder, worker:number) {
  builder.addFieldInt32(4, worker, 0);
}

static addStart(builder:flatbuffers.Builder, start:number) {
  builder.addFieldFloat64(5, start, 0.0);
}

static addMilliseconds(builder:flatbuffers.Builder, milliseconds:number) {
  builder.addFieldFloat64(6, milliseconds, 0.0);
}

static addError(builder:flatbuffers.Builder, errorOffset:flatbuffers.Offset) {
  builder.addFieldOffset(7, errorOffset, 0);
}

static addResources(builder:flatbuffers.Builder, resourcesOffset:flatbuffers.Offset) {
  builder.addFieldOffset(8, resourcesOffset, 0);
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

static addRetries(builder:flatbuffers.Builder, retries:number) {
  builder.addFieldInt32(9, retries, 0);
}

static addGiven(builder:flatbuffers.Builder, givenOffset:flatbuffers.Offset) {
  builder.addFieldOffset(10, givenOffset, 0);
}

static createGivenVector(builder:flatbuffers.Builder, data:flatbuffers.Offset[]):flatbuffers.Offset {
  builder.startVector(4, data.length, 4);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addOffset(data[i]!);
  }
  return builder.endVector();
}

static startGivenVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(4, numElems, 4);
}

static endTaskEvent(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createTaskEvent(builder:flatbuffers.Builder, idOffset:flatbuffers.Offset, nameOffset:flatbuffers.Offset, statusOffset:flatbuffers.Offset, attempts:number, worker:number, start:number, milliseconds:number, errorOffset:flatbuffers.Offset, resourcesOffset:flatbuffers.Offset, retries:number, givenOffset:flatbuffers.Offset):flatbuffers.Offset {
  TaskEvent.startTaskEvent(builder);
  TaskEvent.addId(builder, idOffset);
  TaskEvent.addName(builder, nameOffset);
  TaskEvent.addStatus(builder, statusOffset);
  TaskEvent.addAttempts(builder, attempts);
  TaskEvent.addWorker(builder, worker);
  TaskEvent.addStart(builder, start);
  TaskEvent.addMilliseconds(builder, milliseconds);
  TaskEvent.addError(builder, errorOffset);
  TaskEvent.addResources(builder, resourcesOffset);
  TaskEvent.addRetries(builder, retries);
  TaskEvent.addGiven(builder, givenOffset);
  return TaskEvent.endTaskEvent(builder);
}

unpack(): TaskEventT {
  return new TaskEventT(
    this.id(),
    this.name(),
    this.status(),
    this.attempts(),
    this.worker(),
    this.start(),
    this.milliseconds(),
    this.error(),
    this.bb!.createObjList<Resource, ResourceT>(this.resources.bind(this), this.resourcesLength()),
    this.retries(),
    this.bb!.createScalarList<string>(this.given.bind(this), this.givenLength())
  );
}


unpackTo(_o: TaskEventT): void {
  _o.id = this.id();
  _o.name = this.name();
  _o.status = this.status();
  _o.attempts = this.attempts();
  _o.worker = this.worker();
  _o.start = this.start();
  _o.milliseconds = this.milliseconds();
  _o.error = this.error();
  _o.resources = this.bb!.createObjList<Resource, ResourceT>(this.resources.bind(this), this.resourcesLength());
  _o.retries = this.retries();
  _o.given = this.bb!.createScalarList<string>(this.given.bind(this), this.givenLength());
}
}

export class TaskEventT implements flatbuffers.IGeneratedObject {
constructor(
  public id: string|Uint8Array|null = null,
  public name: string|Uint8Array|null = null,
  public status: string|Uint8Array|null = null,
  public attempts: number = 0,
  public worker: number = 0,
  public start: number = 0.0,
  public milliseconds: number = 0.0,
  public error: string|Uint8Array|null = null,
  public resources: (ResourceT)[] = [],
  public retries: number = 0,
  public given: (string)[] = []
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const id = (this.id !== null ? builder.createString(this.id!) : 0);
  const name = (this.name !== null ? builder.createString(this.name!) : 0);
  const status = (this.status !== null ? builder.createString(this.status!) : 0);
  const error = (this.error !== null ? builder.createString(this.error!) : 0);
  const resources = TaskEvent.createResourcesVector(builder, builder.createObjectOffsetList(this.resources));
  const given = TaskEvent.createGivenVector(builder, builder.createObjectOffsetList(this.given));

  return TaskEvent.createTaskEvent(builder,
    id,
    name,
    status,
    this.attempts,
    this.worker,
    this.start,
    this.milliseconds,
    error,
    resources,
    this.retries,
    given
  );
}
}

export class TaskEvents implements flatbuffers.IUnpackableObject<TaskEventsT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):TaskEvents {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsTaskEvents(bb:flatbuffers.ByteBuffer, obj?:TaskEvents):TaskEvents {
  return (obj || new TaskEvents()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsTaskEvents(bb:flatbuffers.ByteBuffer, obj?:TaskEvents):TaskEvents {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new TaskEvents()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

finished():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readFloat64(this.bb_pos + offset) : 0.0;
}

failed():number {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.readFloat64(this.bb_pos + offset) : 0.0;
}

events(index: number, obj?:TaskEvent):TaskEvent|null {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? (obj || new TaskEvent()).__init(this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4), this.bb!) : null;
}

eventsLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

static startTaskEvents(builder:flatbuffers.Builder) {
  builder.startObject(3);
}

static addFinished(builder:flatbuffers.Builder, finished:number) {
  builder.addFieldFloat64(0, finished, 0.0);
}

static addFailed(builder:flatbuffers.Builder, failed:number) {
  builder.addFieldFloat64(1, failed, 0.0);
}

static addEvents(builder:flatbuffers.Builder, eventsOffset:flatbuffers.Offset) {
  builder.addFieldOffset(2, eventsOffset, 0);
}

static createEventsVector(builder:flatbuffers.Builder, data:flatbuffers.Offset[]):flatbuffers.Offset {
  builder.startVector(4, data.length, 4);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addOffset(data[i]!);
  }
  return builder.endVector();
}

static startEventsVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(4, numElems, 4);
}

static endTaskEvents(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createTaskEvents(builder:flatbuffers.Builder, finished:number, failed:number, eventsOffset:flatbuffers.Offset):flatbuffers.Offset {
  TaskEvents.startTaskEvents(builder);
  TaskEvents.addFinished(builder, finished);
  TaskEvents.addFailed(builder, failed);
  TaskEvents.addEvents(builder, eventsOffset);
  return TaskEvents.endTaskEvents(builder);
}

unpack(): TaskEventsT {
  return new TaskEventsT(
    this.finished(),
    this.failed(),
    this.bb!.createObjList<TaskEvent, TaskEventT>(this.events.bind(this), this.eventsLength())
  );
}


unpackTo(_o: TaskEventsT): void {
  _o.finished = this.finished();
  _o.failed = this.failed();
  _o.events = this.bb!.createObjList<TaskEvent, TaskEventT>(this.events.bind(this), this.eventsLength());
}
}

export class TaskEventsT implements flatbuffers.IGeneratedObject {
constructor(
  public finished: number = 0.0,
  public failed: number = 0.0,
  public events: (TaskEventT)[] = []
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const events = TaskEvents.createEventsVector(builder, builder.createObjectOffsetList(this.events));

  return TaskEvents.createTaskEvents(builder,
    this.finished,
    this.failed,
    events
  );
}
}

export class Output implements flatbuffers.IUnpackableObject<OutputT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Output {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsOutput(bb:flatbuffers.ByteBuffer, obj?:Output):Output {
  return (obj || new Output()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsOutput(bb:flatbuffers.ByteBuffer, obj?:Output):Output {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Output()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

name():string|null
name(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
name(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

pid():number {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

stderr():boolean {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
}

text():string|null
text(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
text(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

static startOutput(builder:flatbuffers.Builder) {
  builder.startObject(4);
}

static addName(builder:flatbuffers.Builder, nameOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, nameOffset, 0);
}

static addPid(builder:flatbuffers.Builder, pid:number) {
  builder.addFieldInt32(1, pid, 0);
}

static addStderr(builder:flatbuffers.Builder, stderr:boolean) {
  builder.addFieldInt8(2, +stderr, +false);
}

static addText(builder:flatbuffers.Builder, textOffset:flatbuffers.Offset) {
  builder.addFieldOffset(3, textOffset, 0);
}

static endOutput(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createOutput(builder:flatbuffers.Builder, nameOffset:flatbuffers.Offset, pid:number, stderr:boolean, textOffset:flatbuffers.Offset):flatbuffers.Offset {
  Output.startOutput(builder);
  Output.addName(builder, nameOffset);
  Output.addPid(builder, pid);
  Output.addStderr(builder, stderr);
  Output.addText(builder, textOffset);
  return Output.endOutput(builder);
}

unpack(): OutputT {
  return new OutputT(
    this.name(),
    this.pid(),
    this.stderr(),
    this.text()
  );
}


unpackTo(_o: OutputT): void {
  _o.name = this.name();
  _o.pid = this.pid();
  _o.stderr = this.stderr();
  _o.text = this.text();
}
}

export class OutputT implements flatbuffers.IGeneratedObject {
constructor(
  public name: string|Uint8Array|null = null,
  public pid: number = 0,
  public stderr: boolean = false,
  public text: string|Uint8Array|null = null
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const name = (this.name !== null ? builder.createString(this.name!) : 0);
  const text = (this.text !== null ? builder.createString(this.text!) : 0);

  return Output.createOutput(builder,
    name,
    this.pid,
    this.stderr,
    text
  );
}
}

export class CollectRequest implements flatbuffers.IUnpackableObject<CollectRequestT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):CollectRequest {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsCollectRequest(bb:flatbuffers.ByteBuffer, obj?:CollectRequest):CollectRequest {
  return (obj || new CollectRequest()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsCollectRequest(bb:flatbuffers.ByteBuffer, obj?:CollectRequest):CollectRequest {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new CollectRequest()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

needed():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readFloat64(this.bb_pos + offset) : 0.0;
}

static startCollectRequest(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addNeeded(builder:flatbuffers.Builder, needed:number) {
  builder.addFieldFloat64(0, needed, 0.0);
}

static endCollectRequest(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createCollectRequest(builder:flatbuffers.Builder, needed:number):flatbuffers.Offset {
  CollectRequest.startCollectRequest(builder);
  CollectRequest.addNeeded(builder, needed);
  return CollectRequest.endCollectRequest(builder);
}

unpack(): CollectRequestT {
  return new CollectRequestT(
    this.needed()
  );
}


unpackTo(_o: CollectRequestT): void {
  _o.needed = this.needed();
}
}

export class CollectRequestT implements flatbuffers.IGeneratedObject {
constructor(
  public needed: number = 0.0
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  return CollectRequest.createCollectRequest(builder,
    this.needed
  );
}
}

export class Collect implements flatbuffers.IUnpackableObject<CollectT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Collect {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsCollect(bb:flatbuffers.ByteBuffer, obj?:Collect):Collect {
  return (obj || new Collect()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsCollect(bb:flatbuffers.ByteBuffer, obj?:Collect):Collect {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Collect()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

needed():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readFloat64(this.bb_pos + offset) : 0.0;
}

static startCollect(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addNeeded(builder:flatbuffers.Builder, needed:number) {
  builder.addFieldFloat64(0, needed, 0.0);
}

static endCollect(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createCollect(builder:flatbuffers.Builder, needed:number):flatbuffers.Offset {
  Collect.startCollect(builder);
  Collect.addNeeded(builder, needed);
  return Collect.endCollect(builder);
}

unpack(): CollectT {
  return new CollectT(
    this.needed()
  );
}


unpackTo(_o: CollectT): void {
  _o.needed = this.needed();
}
}

export class CollectT implements flatbuffers.IGeneratedObject {
constructor(
  public needed: number = 0.0
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  return Collect.createCollect(builder,
    this.needed
  );
}
}

export class CancelObject implements flatbuffers.IUnpackableObject<CancelObjectT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):CancelObject {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsCancelObject(bb:flatbuffers.ByteBuffer, obj?:CancelObject):CancelObject {
  return (obj || new CancelObject()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsCancelObject(bb:flatbuffers.ByteBuffer, obj?:CancelObject):CancelObject {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new CancelObject()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

handle():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readFloat64(this.bb_pos + offset) : 0.0;
}

force():boolean {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
}

recursive():boolean {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
}

static startCancelObject(builder:flatbuffers.Builder) {
  builder.startObject(3);
}

static addHandle(builder:flatbuffers.Builder, handle:number) {
  builder.addFieldFloat64(0, handle, 0.0);
}

static addForce(builder:flatbuffers.Builder, force:boolean) {
  builder.addFieldInt8(1, +force, +false);
}

static addRecursive(builder:flatbuffers.Builder, recursive:boolean) {
  builder.addFieldInt8(2, +recursive, +false);
}

static endCancelObject(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createCancelObject(builder:flatbuffers.Builder, handle:number, force:boolean, recursive:boolean):flatbuffers.Offset {
  CancelObject.startCancelObject(builder);
  CancelObject.addHandle(builder, handle);
  CancelObject.addForce(builder, force);
  CancelObject.addRecursive(builder, recursive);
  return CancelObject.endCancelObject(builder);
}

unpack(): CancelObjectT {
  return new CancelObjectT(
    this.handle(),
    this.force(),
    this.recursive()
  );
}


unpackTo(_o: CancelObjectT): void {
  _o.handle = this.handle();
  _o.force = this.force();
  _o.recursive = this.recursive();
}
}

export class CancelObjectT implements flatbuffers.IGeneratedObject {
constructor(
  public handle: number = 0.0,
  public force: boolean = false,
  public recursive: boolean = false
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  return CancelObject.createCancelObject(builder,
    this.handle,
    this.force,
    this.recursive
  );
}
}

export class StatisticsRequest implements flatbuffers.IUnpackableObject<StatisticsRequestT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):StatisticsRequest {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsStatisticsRequest(bb:flatbuffers.ByteBuffer, obj?:StatisticsRequest):StatisticsRequest {
  return (obj || new StatisticsRequest()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsStatisticsRequest(bb:flatbuffers.ByteBuffer, obj?:StatisticsRequest):StatisticsRequest {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new StatisticsRequest()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

request():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

static startStatisticsRequest(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addRequest(builder:flatbuffers.Builder, request:number) {
  builder.addFieldInt32(0, request, 0);
}

static endStatisticsRequest(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createStatisticsRequest(builder:flatbuffers.Builder, request:number):flatbuffers.Offset {
  StatisticsRequest.startStatisticsRequest(builder);
  StatisticsRequest.addRequest(builder, request);
  return StatisticsRequest.endStatisticsRequest(builder);
}

unpack(): StatisticsRequestT {
  return new StatisticsRequestT(
    this.request()
  );
}


unpackTo(_o: StatisticsRequestT): void {
  _o.request = this.request();
}
}

export class StatisticsRequestT implements flatbuffers.IGeneratedObject {
constructor(
  public request: number = 0
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  return StatisticsRequest.createStatisticsRequest(builder,
    this.request
  );
}
}

export class StatisticsReply implements flatbuffers.IUnpackableObject<StatisticsReplyT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):StatisticsReply {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsStatisticsReply(bb:flatbuffers.ByteBuffer, obj?:StatisticsReply):StatisticsReply {
  return (obj || new StatisticsReply()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsStatisticsReply(bb:flatbuffers.ByteBuffer, obj?:StatisticsReply):StatisticsReply {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new StatisticsReply()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

request():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

json():string|null
json(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
json(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

static startStatisticsReply(builder:flatbuffers.Builder) {
  builder.startObject(2);
}

static addRequest(builder:flatbuffers.Builder, request:number) {
  builder.addFieldInt32(0, request, 0);
}

static addJson(builder:flatbuffers.Builder, jsonOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, jsonOffset, 0);
}

static endStatisticsReply(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createStatisticsReply(builder:flatbuffers.Builder, request:number, jsonOffset:flatbuffers.Offset):flatbuffers.Offset {
  StatisticsReply.startStatisticsReply(builder);
  StatisticsReply.addRequest(builder, request);
  StatisticsReply.addJson(builder, jsonOffset);
  return StatisticsReply.endStatisticsReply(builder);
}

unpack(): StatisticsReplyT {
  return new StatisticsReplyT(
    this.request(),
    this.json()
  );
}


unpackTo(_o: StatisticsReplyT): void {
  _o.request = this.request();
  _o.json = this.json();
}
}

export class StatisticsReplyT implements flatbuffers.IGeneratedObject {
constructor(
  public request: number = 0,
  public json: string|Uint8Array|null = null
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const json = (this.json !== null ? builder.createString(this.json!) : 0);

  return StatisticsReply.createStatisticsReply(builder,
    this.request,
    json
  );
}
}

export class ClusterRequest implements flatbuffers.IUnpackableObject<ClusterRequestT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):ClusterRequest {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsClusterRequest(bb:flatbuffers.ByteBuffer, obj?:ClusterRequest):ClusterRequest {
  return (obj || new ClusterRequest()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsClusterRequest(bb:flatbuffers.ByteBuffer, obj?:ClusterRequest):ClusterRequest {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new ClusterRequest()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

request():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

static startClusterRequest(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addRequest(builder:flatbuffers.Builder, request:number) {
  builder.addFieldInt32(0, request, 0);
}

static endClusterRequest(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createClusterRequest(builder:flatbuffers.Builder, request:number):flatbuffers.Offset {
  ClusterRequest.startClusterRequest(builder);
  ClusterRequest.addRequest(builder, request);
  return ClusterRequest.endClusterRequest(builder);
}

unpack(): ClusterRequestT {
  return new ClusterRequestT(
    this.request()
  );
}


unpackTo(_o: ClusterRequestT): void {
  _o.request = this.request();
}
}

export class ClusterRequestT implements flatbuffers.IGeneratedObject {
constructor(
  public request: number = 0
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  return ClusterRequest.createClusterRequest(builder,
    this.request
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

id():string|null
id(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
id(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

alive():boolean {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
}

address():string|null
address(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
address(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

pid():number {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

started():number {
  const offset = this.bb!.__offset(this.bb_pos, 12);
  return offset ? this.bb!.readFloat64(this.bb_pos + offset) : 0.0;
}

resources(index: number, obj?:Resource):Resource|null {
  const offset = this.bb!.__offset(this.bb_pos, 14);
  return offset ? (obj || new Resource()).__init(this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4), this.bb!) : null;
}

resourcesLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 14);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

available(index: number, obj?:Resource):Resource|null {
  const offset = this.bb!.__offset(this.bb_pos, 16);
  return offset ? (obj || new Resource()).__init(this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4), this.bb!) : null;
}

availableLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 16);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

objectStoreMemory():number {
  const offset = this.bb!.__offset(this.bb_pos, 18);
  return offset ? this.bb!.readFloat64(this.bb_pos + offset) : 0.0;
}

static startNodeState(builder:flatbuffers.Builder) {
  builder.startObject(8);
}

static addId(builder:flatbuffers.Builder, idOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, idOffset, 0);
}

static addAlive(builder:flatbuffers.Builder, alive:boolean) {
  builder.addFieldInt8(1, +alive, +false);
}

static addAddress(builder:flatbuffers.Builder, addressOffset:flatbuffers.Offset) {
  builder.addFieldOffset(2, addressOffset, 0);
}

static addPid(builder:flatbuffers.Builder, pid:number) {
  builder.addFieldInt32(3, pid, 0);
}

static addStarted(builder:flatbuffers.Builder, started:number) {
  builder.addFieldFloat64(4, started, 0.0);
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

static addAvailable(builder:flatbuffers.Builder, availableOffset:flatbuffers.Offset) {
  builder.addFieldOffset(6, availableOffset, 0);
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

static addObjectStoreMemory(builder:flatbuffers.Builder, objectStoreMemory:number) {
  builder.addFieldFloat64(7, objectStoreMemory, 0.0);
}

static endNodeState(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createNodeState(builder:flatbuffers.Builder, idOffset:flatbuffers.Offset, alive:boolean, addressOffset:flatbuffers.Offset, pid:number, started:number, resourcesOffset:flatbuffers.Offset, availableOffset:flatbuffers.Offset, objectStoreMemory:number):flatbuffers.Offset {
  NodeState.startNodeState(builder);
  NodeState.addId(builder, idOffset);
  NodeState.addAlive(builder, alive);
  NodeState.addAddress(builder, addressOffset);
  NodeState.addPid(builder, pid);
  NodeState.addStarted(builder, started);
  NodeState.addResources(builder, resourcesOffset);
  NodeState.addAvailable(builder, availableOffset);
  NodeState.addObjectStoreMemory(builder, objectStoreMemory);
  return NodeState.endNodeState(builder);
}

unpack(): NodeStateT {
  return new NodeStateT(
    this.id(),
    this.alive(),
    this.address(),
    this.pid(),
    this.started(),
    this.bb!.createObjList<Resource, ResourceT>(this.resources.bind(this), this.resourcesLength()),
    this.bb!.createObjList<Resource, ResourceT>(this.available.bind(this), this.availableLength()),
    this.objectStoreMemory()
  );
}


unpackTo(_o: NodeStateT): void {
  _o.id = this.id();
  _o.alive = this.alive();
  _o.address = this.address();
  _o.pid = this.pid();
  _o.started = this.started();
  _o.resources = this.bb!.createObjList<Resource, ResourceT>(this.resources.bind(this), this.resourcesLength());
  _o.available = this.bb!.createObjList<Resource, ResourceT>(this.available.bind(this), this.availableLength());
  _o.objectStoreMemory = this.objectStoreMemory();
}
}

export class NodeStateT implements flatbuffers.IGeneratedObject {
constructor(
  public id: string|Uint8Array|null = null,
  public alive: boolean = false,
  public address: string|Uint8Array|null = null,
  public pid: number = 0,
  public started: number = 0.0,
  public resources: (ResourceT)[] = [],
  public available: (ResourceT)[] = [],
  public objectStoreMemory: number = 0.0
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const id = (this.id !== null ? builder.createString(this.id!) : 0);
  const address = (this.address !== null ? builder.createString(this.address!) : 0);
  const resources = NodeState.createResourcesVector(builder, builder.createObjectOffsetList(this.resources));
  const available = NodeState.createAvailableVector(builder, builder.createObjectOffsetList(this.available));

  return NodeState.createNodeState(builder,
    id,
    this.alive,
    address,
    this.pid,
    this.started,
    resources,
    available,
    this.objectStoreMemory
  );
}
}

export class JobState implements flatbuffers.IUnpackableObject<JobStateT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):JobState {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsJobState(bb:flatbuffers.ByteBuffer, obj?:JobState):JobState {
  return (obj || new JobState()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsJobState(bb:flatbuffers.ByteBuffer, obj?:JobState):JobState {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new JobState()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

job():string|null
job(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
job(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
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

started():number {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? this.bb!.readFloat64(this.bb_pos + offset) : 0.0;
}

workers():number {
  const offset = this.bb!.__offset(this.bb_pos, 12);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

running():number {
  const offset = this.bb!.__offset(this.bb_pos, 14);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

queued():number {
  const offset = this.bb!.__offset(this.bb_pos, 16);
  return offset ? this.bb!.readFloat64(this.bb_pos + offset) : 0.0;
}

finished():number {
  const offset = this.bb!.__offset(this.bb_pos, 18);
  return offset ? this.bb!.readFloat64(this.bb_pos + offset) : 0.0;
}

failed():number {
  const offset = this.bb!.__offset(this.bb_pos, 20);
  return offset ? this.bb!.readFloat64(this.bb_pos + offset) : 0.0;
}

static startJobState(builder:flatbuffers.Builder) {
  builder.startObject(9);
}

static addJob(builder:flatbuffers.Builder, jobOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, jobOffset, 0);
}

static addName(builder:flatbuffers.Builder, nameOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, nameOffset, 0);
}

static addPid(builder:flatbuffers.Builder, pid:number) {
  builder.addFieldInt32(2, pid, 0);
}

static addStarted(builder:flatbuffers.Builder, started:number) {
  builder.addFieldFloat64(3, started, 0.0);
}

static addWorkers(builder:flatbuffers.Builder, workers:number) {
  builder.addFieldInt32(4, workers, 0);
}

static addRunning(builder:flatbuffers.Builder, running:number) {
  builder.addFieldInt32(5, running, 0);
}

static addQueued(builder:flatbuffers.Builder, queued:number) {
  builder.addFieldFloat64(6, queued, 0.0);
}

static addFinished(builder:flatbuffers.Builder, finished:number) {
  builder.addFieldFloat64(7, finished, 0.0);
}

static addFailed(builder:flatbuffers.Builder, failed:number) {
  builder.addFieldFloat64(8, failed, 0.0);
}

static endJobState(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createJobState(builder:flatbuffers.Builder, jobOffset:flatbuffers.Offset, nameOffset:flatbuffers.Offset, pid:number, started:number, workers:number, running:number, queued:number, finished:number, failed:number):flatbuffers.Offset {
  JobState.startJobState(builder);
  JobState.addJob(builder, jobOffset);
  JobState.addName(builder, nameOffset);
  JobState.addPid(builder, pid);
  JobState.addStarted(builder, started);
  JobState.addWorkers(builder, workers);
  JobState.addRunning(builder, running);
  JobState.addQueued(builder, queued);
  JobState.addFinished(builder, finished);
  JobState.addFailed(builder, failed);
  return JobState.endJobState(builder);
}

unpack(): JobStateT {
  return new JobStateT(
    this.job(),
    this.name(),
    this.pid(),
    this.started(),
    this.workers(),
    this.running(),
    this.queued(),
    this.finished(),
    this.failed()
  );
}


unpackTo(_o: JobStateT): void {
  _o.job = this.job();
  _o.name = this.name();
  _o.pid = this.pid();
  _o.started = this.started();
  _o.workers = this.workers();
  _o.running = this.running();
  _o.queued = this.queued();
  _o.finished = this.finished();
  _o.failed = this.failed();
}
}

export class JobStateT implements flatbuffers.IGeneratedObject {
constructor(
  public job: string|Uint8Array|null = null,
  public name: string|Uint8Array|null = null,
  public pid: number = 0,
  public started: number = 0.0,
  public workers: number = 0,
  public running: number = 0,
  public queued: number = 0.0,
  public finished: number = 0.0,
  public failed: number = 0.0
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const job = (this.job !== null ? builder.createString(this.job!) : 0);
  const name = (this.name !== null ? builder.createString(this.name!) : 0);

  return JobState.createJobState(builder,
    job,
    name,
    this.pid,
    this.started,
    this.workers,
    this.running,
    this.queued,
    this.finished,
    this.failed
  );
}
}

export class ClusterReply implements flatbuffers.IUnpackableObject<ClusterReplyT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):ClusterReply {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsClusterReply(bb:flatbuffers.ByteBuffer, obj?:ClusterReply):ClusterReply {
  return (obj || new ClusterReply()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsClusterReply(bb:flatbuffers.ByteBuffer, obj?:ClusterReply):ClusterReply {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new ClusterReply()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

request():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

nodes(index: number, obj?:NodeState):NodeState|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? (obj || new NodeState()).__init(this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4), this.bb!) : null;
}

nodesLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

jobs(index: number, obj?:JobState):JobState|null {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? (obj || new JobState()).__init(this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4), this.bb!) : null;
}

jobsLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

static startClusterReply(builder:flatbuffers.Builder) {
  builder.startObject(3);
}

static addRequest(builder:flatbuffers.Builder, request:number) {
  builder.addFieldInt32(0, request, 0);
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

static addJobs(builder:flatbuffers.Builder, jobsOffset:flatbuffers.Offset) {
  builder.addFieldOffset(2, jobsOffset, 0);
}

static createJobsVector(builder:flatbuffers.Builder, data:flatbuffers.Offset[]):flatbuffers.Offset {
  builder.startVector(4, data.length, 4);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addOffset(data[i]!);
  }
  return builder.endVector();
}

static startJobsVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(4, numElems, 4);
}

static endClusterReply(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createClusterReply(builder:flatbuffers.Builder, request:number, nodesOffset:flatbuffers.Offset, jobsOffset:flatbuffers.Offset):flatbuffers.Offset {
  ClusterReply.startClusterReply(builder);
  ClusterReply.addRequest(builder, request);
  ClusterReply.addNodes(builder, nodesOffset);
  ClusterReply.addJobs(builder, jobsOffset);
  return ClusterReply.endClusterReply(builder);
}

unpack(): ClusterReplyT {
  return new ClusterReplyT(
    this.request(),
    this.bb!.createObjList<NodeState, NodeStateT>(this.nodes.bind(this), this.nodesLength()),
    this.bb!.createObjList<JobState, JobStateT>(this.jobs.bind(this), this.jobsLength())
  );
}


unpackTo(_o: ClusterReplyT): void {
  _o.request = this.request();
  _o.nodes = this.bb!.createObjList<NodeState, NodeStateT>(this.nodes.bind(this), this.nodesLength());
  _o.jobs = this.bb!.createObjList<JobState, JobStateT>(this.jobs.bind(this), this.jobsLength());
}
}

export class ClusterReplyT implements flatbuffers.IGeneratedObject {
constructor(
  public request: number = 0,
  public nodes: (NodeStateT)[] = [],
  public jobs: (JobStateT)[] = []
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const nodes = ClusterReply.createNodesVector(builder, builder.createObjectOffsetList(this.nodes));
  const jobs = ClusterReply.createJobsVector(builder, builder.createObjectOffsetList(this.jobs));

  return ClusterReply.createClusterReply(builder,
    this.request,
    nodes,
    jobs
  );
}
}

export class Goodbye implements flatbuffers.IUnpackableObject<GoodbyeT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Goodbye {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsGoodbye(bb:flatbuffers.ByteBuffer, obj?:Goodbye):Goodbye {
  return (obj || new Goodbye()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsGoodbye(bb:flatbuffers.ByteBuffer, obj?:Goodbye):Goodbye {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Goodbye()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

reason():string|null
reason(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
reason(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

static startGoodbye(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addReason(builder:flatbuffers.Builder, reasonOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, reasonOffset, 0);
}

static endGoodbye(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createGoodbye(builder:flatbuffers.Builder, reasonOffset:flatbuffers.Offset):flatbuffers.Offset {
  Goodbye.startGoodbye(builder);
  Goodbye.addReason(builder, reasonOffset);
  return Goodbye.endGoodbye(builder);
}

unpack(): GoodbyeT {
  return new GoodbyeT(
    this.reason()
  );
}


unpackTo(_o: GoodbyeT): void {
  _o.reason = this.reason();
}
}

export class GoodbyeT implements flatbuffers.IGeneratedObject {
constructor(
  public reason: string|Uint8Array|null = null
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const reason = (this.reason !== null ? builder.createString(this.reason!) : 0);

  return Goodbye.createGoodbye(builder,
    reason
  );
}
}

export class Farewell implements flatbuffers.IUnpackableObject<FarewellT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Farewell {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsFarewell(bb:flatbuffers.ByteBuffer, obj?:Farewell):Farewell {
  return (obj || new Farewell()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsFarewell(bb:flatbuffers.ByteBuffer, obj?:Farewell):Farewell {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Farewell()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

job():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

static startFarewell(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addJob(builder:flatbuffers.Builder, job:number) {
  builder.addFieldInt32(0, job, 0);
}

static endFarewell(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createFarewell(builder:flatbuffers.Builder, job:number):flatbuffers.Offset {
  Farewell.startFarewell(builder);
  Farewell.addJob(builder, job);
  return Farewell.endFarewell(builder);
}

unpack(): FarewellT {
  return new FarewellT(
    this.job()
  );
}


unpackTo(_o: FarewellT): void {
  _o.job = this.job();
}
}

export class FarewellT implements flatbuffers.IGeneratedObject {
constructor(
  public job: number = 0
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  return Farewell.createFarewell(builder,
    this.job
  );
}
}

export class Greeting implements flatbuffers.IUnpackableObject<GreetingT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Greeting {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsGreeting(bb:flatbuffers.ByteBuffer, obj?:Greeting):Greeting {
  return (obj || new Greeting()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsGreeting(bb:flatbuffers.ByteBuffer, obj?:Greeting):Greeting {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Greeting()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

slot():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

job():number {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

pid():number {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

static startGreeting(builder:flatbuffers.Builder) {
  builder.startObject(3);
}

static addSlot(builder:flatbuffers.Builder, slot:number) {
  builder.addFieldInt32(0, slot, 0);
}

static addJob(builder:flatbuffers.Builder, job:number) {
  builder.addFieldInt32(1, job, 0);
}

static addPid(builder:flatbuffers.Builder, pid:number) {
  builder.addFieldInt32(2, pid, 0);
}

static endGreeting(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createGreeting(builder:flatbuffers.Builder, slot:number, job:number, pid:number):flatbuffers.Offset {
  Greeting.startGreeting(builder);
  Greeting.addSlot(builder, slot);
  Greeting.addJob(builder, job);
  Greeting.addPid(builder, pid);
  return Greeting.endGreeting(builder);
}

unpack(): GreetingT {
  return new GreetingT(
    this.slot(),
    this.job(),
    this.pid()
  );
}


unpackTo(_o: GreetingT): void {
  _o.slot = this.slot();
  _o.job = this.job();
  _o.pid = this.pid();
}
}

export class GreetingT implements flatbuffers.IGeneratedObject {
constructor(
  public slot: number = 0,
  public job: number = 0,
  public pid: number = 0
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  return Greeting.createGreeting(builder,
    this.slot,
    this.job,
    this.pid
  );
}
}

export class DefineFunction implements flatbuffers.IUnpackableObject<DefineFunctionT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):DefineFunction {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsDefineFunction(bb:flatbuffers.ByteBuffer, obj?:DefineFunction):DefineFunction {
  return (obj || new DefineFunction()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsDefineFunction(bb:flatbuffers.ByteBuffer, obj?:DefineFunction):DefineFunction {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new DefineFunction()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

index():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

hash():string|null
hash(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
hash(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

name():string|null
name(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
name(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

static startDefineFunction(builder:flatbuffers.Builder) {
  builder.startObject(3);
}

static addIndex(builder:flatbuffers.Builder, index:number) {
  builder.addFieldInt32(0, index, 0);
}

static addHash(builder:flatbuffers.Builder, hashOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, hashOffset, 0);
}

static addName(builder:flatbuffers.Builder, nameOffset:flatbuffers.Offset) {
  builder.addFieldOffset(2, nameOffset, 0);
}

static endDefineFunction(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createDefineFunction(builder:flatbuffers.Builder, index:number, hashOffset:flatbuffers.Offset, nameOffset:flatbuffers.Offset):flatbuffers.Offset {
  DefineFunction.startDefineFunction(builder);
  DefineFunction.addIndex(builder, index);
  DefineFunction.addHash(builder, hashOffset);
  DefineFunction.addName(builder, nameOffset);
  return DefineFunction.endDefineFunction(builder);
}

unpack(): DefineFunctionT {
  return new DefineFunctionT(
    this.index(),
    this.hash(),
    this.name()
  );
}


unpackTo(_o: DefineFunctionT): void {
  _o.index = this.index();
  _o.hash = this.hash();
  _o.name = this.name();
}
}

export class DefineFunctionT implements flatbuffers.IGeneratedObject {
constructor(
  public index: number = 0,
  public hash: string|Uint8Array|null = null,
  public name: string|Uint8Array|null = null
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const hash = (this.hash !== null ? builder.createString(this.hash!) : 0);
  const name = (this.name !== null ? builder.createString(this.name!) : 0);

  return DefineFunction.createDefineFunction(builder,
    this.index,
    hash,
    name
  );
}
}

export class Task implements flatbuffers.IUnpackableObject<TaskT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Task {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

counter():number {
  return this.bb!.readFloat64(this.bb_pos);
}

handle():number {
  return this.bb!.readFloat64(this.bb_pos + 8);
}

lease():number {
  return this.bb!.readUint32(this.bb_pos + 16);
}

functionIndex():number {
  return this.bb!.readUint32(this.bb_pos + 20);
}

returns():number {
  return this.bb!.readUint32(this.bb_pos + 24);
}

depth():number {
  return this.bb!.readUint32(this.bb_pos + 28);
}

dependencies():number {
  return this.bb!.readUint32(this.bb_pos + 32);
}

contained():number {
  return this.bb!.readUint32(this.bb_pos + 36);
}

tries():number {
  return this.bb!.readUint32(this.bb_pos + 40);
}

attempt():number {
  return this.bb!.readUint16(this.bb_pos + 44);
}

flags():number {
  return this.bb!.readUint16(this.bb_pos + 46);
}

static sizeOf():number {
  return 48;
}

static createTask(builder:flatbuffers.Builder, counter: number, handle: number, lease: number, function_index: number, returns: number, depth: number, dependencies: number, contained: number, tries: number, attempt: number, flags: number):flatbuffers.Offset {
  builder.prep(8, 48);
  builder.writeInt16(flags);
  builder.writeInt16(attempt);
  builder.writeInt32(tries);
  builder.writeInt32(contained);
  builder.writeInt32(dependencies);
  builder.writeInt32(depth);
  builder.writeInt32(returns);
  builder.writeInt32(function_index);
  builder.writeInt32(lease);
  builder.writeFloat64(handle);
  builder.writeFloat64(counter);
  return builder.offset();
}


unpack(): TaskT {
  return new TaskT(
    this.counter(),
    this.handle(),
    this.lease(),
    this.functionIndex(),
    this.returns(),
    this.depth(),
    this.dependencies(),
    this.contained(),
    this.tries(),
    this.attempt(),
    this.flags()
  );
}


unpackTo(_o: TaskT): void {
  _o.counter = this.counter();
  _o.handle = this.handle();
  _o.lease = this.lease();
  _o.functionIndex = this.functionIndex();
  _o.returns = this.returns();
  _o.depth = this.depth();
  _o.dependencies = this.dependencies();
  _o.contained = this.contained();
  _o.tries = this.tries();
  _o.attempt = this.attempt();
  _o.flags = this.flags();
}
}

export class TaskT implements flatbuffers.IGeneratedObject {
constructor(
  public counter: number = 0.0,
  public handle: number = 0.0,
  public lease: number = 0,
  public functionIndex: number = 0,
  public returns: number = 0,
  public depth: number = 0,
  public dependencies: number = 0,
  public contained: number = 0,
  public tries: number = 0,
  public attempt: number = 0,
  public flags: number = 0
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  return Task.createTask(builder,
    this.counter,
    this.handle,
    this.lease,
    this.functionIndex,
    this.returns,
    this.depth,
    this.dependencies,
    this.contained,
    this.tries,
    this.attempt,
    this.flags
  );
}
}

export class TaskDone implements flatbuffers.IUnpackableObject<TaskDoneT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):TaskDone {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

counter():number {
  return this.bb!.readFloat64(this.bb_pos);
}

microseconds():number {
  return this.bb!.readUint32(this.bb_pos + 8);
}

attempt():number {
  return this.bb!.readUint16(this.bb_pos + 12);
}

status():TaskStatus {
  return this.bb!.readUint8(this.bb_pos + 14);
}

static sizeOf():number {
  return 16;
}

static createTaskDone(builder:flatbuffers.Builder, counter: number, microseconds: number, attempt: number, status: TaskStatus):flatbuffers.Offset {
  builder.prep(8, 16);
  builder.pad(1);
  builder.writeInt8(status);
  builder.writeInt16(attempt);
  builder.writeInt32(microseconds);
  builder.writeFloat64(counter);
  return builder.offset();
}


unpack(): TaskDoneT {
  return new TaskDoneT(
    this.counter(),
    this.microseconds(),
    this.attempt(),
    this.status()
  );
}


unpackTo(_o: TaskDoneT): void {
  _o.counter = this.counter();
  _o.microseconds = this.microseconds();
  _o.attempt = this.attempt();
  _o.status = this.status();
}
}

export class TaskDoneT implements flatbuffers.IGeneratedObject {
constructor(
  public counter: number = 0.0,
  public microseconds: number = 0,
  public attempt: number = 0,
  public status: TaskStatus = TaskStatus.Stored
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  return TaskDone.createTaskDone(builder,
    this.counter,
    this.microseconds,
    this.attempt,
    this.status
  );
}
}

export class CancelTask implements flatbuffers.IUnpackableObject<CancelTaskT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):CancelTask {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsCancelTask(bb:flatbuffers.ByteBuffer, obj?:CancelTask):CancelTask {
  return (obj || new CancelTask()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsCancelTask(bb:flatbuffers.ByteBuffer, obj?:CancelTask):CancelTask {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new CancelTask()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

counter():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readFloat64(this.bb_pos + offset) : 0.0;
}

attempt():number {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.readUint16(this.bb_pos + offset) : 0;
}

recursive():boolean {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
}

static startCancelTask(builder:flatbuffers.Builder) {
  builder.startObject(3);
}

static addCounter(builder:flatbuffers.Builder, counter:number) {
  builder.addFieldFloat64(0, counter, 0.0);
}

static addAttempt(builder:flatbuffers.Builder, attempt:number) {
  builder.addFieldInt16(1, attempt, 0);
}

static addRecursive(builder:flatbuffers.Builder, recursive:boolean) {
  builder.addFieldInt8(2, +recursive, +false);
}

static endCancelTask(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createCancelTask(builder:flatbuffers.Builder, counter:number, attempt:number, recursive:boolean):flatbuffers.Offset {
  CancelTask.startCancelTask(builder);
  CancelTask.addCounter(builder, counter);
  CancelTask.addAttempt(builder, attempt);
  CancelTask.addRecursive(builder, recursive);
  return CancelTask.endCancelTask(builder);
}

unpack(): CancelTaskT {
  return new CancelTaskT(
    this.counter(),
    this.attempt(),
    this.recursive()
  );
}


unpackTo(_o: CancelTaskT): void {
  _o.counter = this.counter();
  _o.attempt = this.attempt();
  _o.recursive = this.recursive();
}
}

export class CancelTaskT implements flatbuffers.IGeneratedObject {
constructor(
  public counter: number = 0.0,
  public attempt: number = 0,
  public recursive: boolean = false
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  return CancelTask.createCancelTask(builder,
    this.counter,
    this.attempt,
    this.recursive
  );
}
}

export class TaskBounced implements flatbuffers.IUnpackableObject<TaskBouncedT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):TaskBounced {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsTaskBounced(bb:flatbuffers.ByteBuffer, obj?:TaskBounced):TaskBounced {
  return (obj || new TaskBounced()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsTaskBounced(bb:flatbuffers.ByteBuffer, obj?:TaskBounced):TaskBounced {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new TaskBounced()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

lease():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

counters(index: number):number|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.readFloat64(this.bb!.__vector(this.bb_pos + offset) + index * 8) : 0;
}

countersLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

countersArray():Float64Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? new Float64Array(this.bb!.bytes().buffer, this.bb!.bytes().byteOffset + this.bb!.__vector(this.bb_pos + offset), this.bb!.__vector_len(this.bb_pos + offset)) : null;
}

attempts(index: number):number|null {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.readUint16(this.bb!.__vector(this.bb_pos + offset) + index * 2) : 0;
}

attemptsLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

attemptsArray():Uint16Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? new Uint16Array(this.bb!.bytes().buffer, this.bb!.bytes().byteOffset + this.bb!.__vector(this.bb_pos + offset), this.bb!.__vector_len(this.bb_pos + offset)) : null;
}

static startTaskBounced(builder:flatbuffers.Builder) {
  builder.startObject(3);
}

static addLease(builder:flatbuffers.Builder, lease:number) {
  builder.addFieldInt32(0, lease, 0);
}

static addCounters(builder:flatbuffers.Builder, countersOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, countersOffset, 0);
}

static createCountersVector(builder:flatbuffers.Builder, data:number[]|Float64Array):flatbuffers.Offset;
/**
 * @deprecated This Uint8Array overload will be removed in the future.
 */
static createCountersVector(builder:flatbuffers.Builder, data:number[]|Uint8Array):flatbuffers.Offset;
static createCountersVector(builder:flatbuffers.Builder, data:number[]|Float64Array|Uint8Array):flatbuffers.Offset {
  builder.startVector(8, data.length, 8);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addFloat64(data[i]!);
  }
  return builder.endVector();
}

static startCountersVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(8, numElems, 8);
}

static addAttempts(builder:flatbuffers.Builder, attemptsOffset:flatbuffers.Offset) {
  builder.addFieldOffset(2, attemptsOffset, 0);
}

static createAttemptsVector(builder:flatbuffers.Builder, data:number[]|Uint16Array):flatbuffers.Offset;
/**
 * @deprecated This Uint8Array overload will be removed in the future.
 */
static createAttemptsVector(builder:flatbuffers.Builder, data:number[]|Uint8Array):flatbuffers.Offset;
static createAttemptsVector(builder:flatbuffers.Builder, data:number[]|Uint16Array|Uint8Array):flatbuffers.Offset {
  builder.startVector(2, data.length, 2);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addInt16(data[i]!);
  }
  return builder.endVector();
}

static startAttemptsVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(2, numElems, 2);
}

static endTaskBounced(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createTaskBounced(builder:flatbuffers.Builder, lease:number, countersOffset:flatbuffers.Offset, attemptsOffset:flatbuffers.Offset):flatbuffers.Offset {
  TaskBounced.startTaskBounced(builder);
  TaskBounced.addLease(builder, lease);
  TaskBounced.addCounters(builder, countersOffset);
  TaskBounced.addAttempts(builder, attemptsOffset);
  return TaskBounced.endTaskBounced(builder);
}

unpack(): TaskBouncedT {
  return new TaskBouncedT(
    this.lease(),
    this.bb!.createScalarList<number>(this.counters.bind(this), this.countersLength()),
    this.bb!.createScalarList<number>(this.attempts.bind(this), this.attemptsLength())
  );
}


unpackTo(_o: TaskBouncedT): void {
  _o.lease = this.lease();
  _o.counters = this.bb!.createScalarList<number>(this.counters.bind(this), this.countersLength());
  _o.attempts = this.bb!.createScalarList<number>(this.attempts.bind(this), this.attemptsLength());
}
}

export class TaskBouncedT implements flatbuffers.IGeneratedObject {
constructor(
  public lease: number = 0,
  public counters: (number)[] = [],
  public attempts: (number)[] = []
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const counters = TaskBounced.createCountersVector(builder, this.counters);
  const attempts = TaskBounced.createAttemptsVector(builder, this.attempts);

  return TaskBounced.createTaskBounced(builder,
    this.lease,
    counters,
    attempts
  );
}
}

export class LeaseEnded implements flatbuffers.IUnpackableObject<LeaseEndedT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):LeaseEnded {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsLeaseEnded(bb:flatbuffers.ByteBuffer, obj?:LeaseEnded):LeaseEnded {
  return (obj || new LeaseEnded()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsLeaseEnded(bb:flatbuffers.ByteBuffer, obj?:LeaseEnded):LeaseEnded {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new LeaseEnded()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

lease():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

static startLeaseEnded(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addLease(builder:flatbuffers.Builder, lease:number) {
  builder.addFieldInt32(0, lease, 0);
}

static endLeaseEnded(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createLeaseEnded(builder:flatbuffers.Builder, lease:number):flatbuffers.Offset {
  LeaseEnded.startLeaseEnded(builder);
  LeaseEnded.addLease(builder, lease);
  return LeaseEnded.endLeaseEnded(builder);
}

unpack(): LeaseEndedT {
  return new LeaseEndedT(
    this.lease()
  );
}


unpackTo(_o: LeaseEndedT): void {
  _o.lease = this.lease();
}
}

export class LeaseEndedT implements flatbuffers.IGeneratedObject {
constructor(
  public lease: number = 0
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  return LeaseEnded.createLeaseEnded(builder,
    this.lease
  );
}
}

export class PeerJoined implements flatbuffers.IUnpackableObject<PeerJoinedT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):PeerJoined {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsPeerJoined(bb:flatbuffers.ByteBuffer, obj?:PeerJoined):PeerJoined {
  return (obj || new PeerJoined()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsPeerJoined(bb:flatbuffers.ByteBuffer, obj?:PeerJoined):PeerJoined {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new PeerJoined()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

peer():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

node():string|null
node(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
node(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

address():string|null
address(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
address(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

resources(index: number, obj?:Resource):Resource|null {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? (obj || new Resource()).__init(this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4), this.bb!) : null;
}

resourcesLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

static startPeerJoined(builder:flatbuffers.Builder) {
  builder.startObject(4);
}

static addPeer(builder:flatbuffers.Builder, peer:number) {
  builder.addFieldInt32(0, peer, 0);
}

static addNode(builder:flatbuffers.Builder, nodeOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, nodeOffset, 0);
}

static addAddress(builder:flatbuffers.Builder, addressOffset:flatbuffers.Offset) {
  builder.addFieldOffset(2, addressOffset, 0);
}

static addResources(builder:flatbuffers.Builder, resourcesOffset:flatbuffers.Offset) {
  builder.addFieldOffset(3, resourcesOffset, 0);
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

static endPeerJoined(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createPeerJoined(builder:flatbuffers.Builder, peer:number, nodeOffset:flatbuffers.Offset, addressOffset:flatbuffers.Offset, resourcesOffset:flatbuffers.Offset):flatbuffers.Offset {
  PeerJoined.startPeerJoined(builder);
  PeerJoined.addPeer(builder, peer);
  PeerJoined.addNode(builder, nodeOffset);
  PeerJoined.addAddress(builder, addressOffset);
  PeerJoined.addResources(builder, resourcesOffset);
  return PeerJoined.endPeerJoined(builder);
}

unpack(): PeerJoinedT {
  return new PeerJoinedT(
    this.peer(),
    this.node(),
    this.address(),
    this.bb!.createObjList<Resource, ResourceT>(this.resources.bind(this), this.resourcesLength())
  );
}


unpackTo(_o: PeerJoinedT): void {
  _o.peer = this.peer();
  _o.node = this.node();
  _o.address = this.address();
  _o.resources = this.bb!.createObjList<Resource, ResourceT>(this.resources.bind(this), this.resourcesLength());
}
}

export class PeerJoinedT implements flatbuffers.IGeneratedObject {
constructor(
  public peer: number = 0,
  public node: string|Uint8Array|null = null,
  public address: string|Uint8Array|null = null,
  public resources: (ResourceT)[] = []
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const node = (this.node !== null ? builder.createString(this.node!) : 0);
  const address = (this.address !== null ? builder.createString(this.address!) : 0);
  const resources = PeerJoined.createResourcesVector(builder, builder.createObjectOffsetList(this.resources));

  return PeerJoined.createPeerJoined(builder,
    this.peer,
    node,
    address,
    resources
  );
}
}

export class PeerChanged implements flatbuffers.IUnpackableObject<PeerChangedT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):PeerChanged {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsPeerChanged(bb:flatbuffers.ByteBuffer, obj?:PeerChanged):PeerChanged {
  return (obj || new PeerChanged()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsPeerChanged(bb:flatbuffers.ByteBuffer, obj?:PeerChanged):PeerChanged {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new PeerChanged()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

peer():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

available(index: number, obj?:Resource):Resource|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? (obj || new Resource()).__init(this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4), this.bb!) : null;
}

availableLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

static startPeerChanged(builder:flatbuffers.Builder) {
  builder.startObject(2);
}

static addPeer(builder:flatbuffers.Builder, peer:number) {
  builder.addFieldInt32(0, peer, 0);
}

static addAvailable(builder:flatbuffers.Builder, availableOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, availableOffset, 0);
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

static endPeerChanged(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createPeerChanged(builder:flatbuffers.Builder, peer:number, availableOffset:flatbuffers.Offset):flatbuffers.Offset {
  PeerChanged.startPeerChanged(builder);
  PeerChanged.addPeer(builder, peer);
  PeerChanged.addAvailable(builder, availableOffset);
  return PeerChanged.endPeerChanged(builder);
}

unpack(): PeerChangedT {
  return new PeerChangedT(
    this.peer(),
    this.bb!.createObjList<Resource, ResourceT>(this.available.bind(this), this.availableLength())
  );
}


unpackTo(_o: PeerChangedT): void {
  _o.peer = this.peer();
  _o.available = this.bb!.createObjList<Resource, ResourceT>(this.available.bind(this), this.availableLength());
}
}

export class PeerChangedT implements flatbuffers.IGeneratedObject {
constructor(
  public peer: number = 0,
  public available: (ResourceT)[] = []
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const available = PeerChanged.createAvailableVector(builder, builder.createObjectOffsetList(this.available));

  return PeerChanged.createPeerChanged(builder,
    this.peer,
    available
  );
}
}

export class PeerLeft implements flatbuffers.IUnpackableObject<PeerLeftT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):PeerLeft {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsPeerLeft(bb:flatbuffers.ByteBuffer, obj?:PeerLeft):PeerLeft {
  return (obj || new PeerLeft()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsPeerLeft(bb:flatbuffers.ByteBuffer, obj?:PeerLeft):PeerLeft {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new PeerLeft()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

peer():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

reason():string|null
reason(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
reason(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

static startPeerLeft(builder:flatbuffers.Builder) {
  builder.startObject(2);
}

static addPeer(builder:flatbuffers.Builder, peer:number) {
  builder.addFieldInt32(0, peer, 0);
}

static addReason(builder:flatbuffers.Builder, reasonOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, reasonOffset, 0);
}

static endPeerLeft(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createPeerLeft(builder:flatbuffers.Builder, peer:number, reasonOffset:flatbuffers.Offset):flatbuffers.Offset {
  PeerLeft.startPeerLeft(builder);
  PeerLeft.addPeer(builder, peer);
  PeerLeft.addReason(builder, reasonOffset);
  return PeerLeft.endPeerLeft(builder);
}

unpack(): PeerLeftT {
  return new PeerLeftT(
    this.peer(),
    this.reason()
  );
}


unpackTo(_o: PeerLeftT): void {
  _o.peer = this.peer();
  _o.reason = this.reason();
}
}

export class PeerLeftT implements flatbuffers.IGeneratedObject {
constructor(
  public peer: number = 0,
  public reason: string|Uint8Array|null = null
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const reason = (this.reason !== null ? builder.createString(this.reason!) : 0);

  return PeerLeft.createPeerLeft(builder,
    this.peer,
    reason
  );
}
}

export class LinkTraffic implements flatbuffers.IUnpackableObject<LinkTrafficT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):LinkTraffic {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsLinkTraffic(bb:flatbuffers.ByteBuffer, obj?:LinkTraffic):LinkTraffic {
  return (obj || new LinkTraffic()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsLinkTraffic(bb:flatbuffers.ByteBuffer, obj?:LinkTraffic):LinkTraffic {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new LinkTraffic()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

peer():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

bytesSent():number {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.readFloat64(this.bb_pos + offset) : 0.0;
}

bytesReceived():number {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.readFloat64(this.bb_pos + offset) : 0.0;
}

static startLinkTraffic(builder:flatbuffers.Builder) {
  builder.startObject(3);
}

static addPeer(builder:flatbuffers.Builder, peer:number) {
  builder.addFieldInt32(0, peer, 0);
}

static addBytesSent(builder:flatbuffers.Builder, bytesSent:number) {
  builder.addFieldFloat64(1, bytesSent, 0.0);
}

static addBytesReceived(builder:flatbuffers.Builder, bytesReceived:number) {
  builder.addFieldFloat64(2, bytesReceived, 0.0);
}

static endLinkTraffic(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createLinkTraffic(builder:flatbuffers.Builder, peer:number, bytesSent:number, bytesReceived:number):flatbuffers.Offset {
  LinkTraffic.startLinkTraffic(builder);
  LinkTraffic.addPeer(builder, peer);
  LinkTraffic.addBytesSent(builder, bytesSent);
  LinkTraffic.addBytesReceived(builder, bytesReceived);
  return LinkTraffic.endLinkTraffic(builder);
}

unpack(): LinkTrafficT {
  return new LinkTrafficT(
    this.peer(),
    this.bytesSent(),
    this.bytesReceived()
  );
}


unpackTo(_o: LinkTrafficT): void {
  _o.peer = this.peer();
  _o.bytesSent = this.bytesSent();
  _o.bytesReceived = this.bytesReceived();
}
}

export class LinkTrafficT implements flatbuffers.IGeneratedObject {
constructor(
  public peer: number = 0,
  public bytesSent: number = 0.0,
  public bytesReceived: number = 0.0
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  return LinkTraffic.createLinkTraffic(builder,
    this.peer,
    this.bytesSent,
    this.bytesReceived
  );
}
}

export class NodeGone implements flatbuffers.IUnpackableObject<NodeGoneT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):NodeGone {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsNodeGone(bb:flatbuffers.ByteBuffer, obj?:NodeGone):NodeGone {
  return (obj || new NodeGone()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsNodeGone(bb:flatbuffers.ByteBuffer, obj?:NodeGone):NodeGone {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new NodeGone()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

node():string|null
node(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
node(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

static startNodeGone(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addNode(builder:flatbuffers.Builder, nodeOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, nodeOffset, 0);
}

static endNodeGone(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createNodeGone(builder:flatbuffers.Builder, nodeOffset:flatbuffers.Offset):flatbuffers.Offset {
  NodeGone.startNodeGone(builder);
  NodeGone.addNode(builder, nodeOffset);
  return NodeGone.endNodeGone(builder);
}

unpack(): NodeGoneT {
  return new NodeGoneT(
    this.node()
  );
}


unpackTo(_o: NodeGoneT): void {
  _o.node = this.node();
}
}

export class NodeGoneT implements flatbuffers.IGeneratedObject {
constructor(
  public node: string|Uint8Array|null = null
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const node = (this.node !== null ? builder.createString(this.node!) : 0);

  return NodeGone.createNodeGone(builder,
    node
  );
}
}

export class NodeAnnounced implements flatbuffers.IUnpackableObject<NodeAnnouncedT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):NodeAnnounced {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsNodeAnnounced(bb:flatbuffers.ByteBuffer, obj?:NodeAnnounced):NodeAnnounced {
  return (obj || new NodeAnnounced()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsNodeAnnounced(bb:flatbuffers.ByteBuffer, obj?:NodeAnnounced):NodeAnnounced {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new NodeAnnounced()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

node():string|null
node(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
node(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

address():string|null
address(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
address(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

static startNodeAnnounced(builder:flatbuffers.Builder) {
  builder.startObject(2);
}

static addNode(builder:flatbuffers.Builder, nodeOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, nodeOffset, 0);
}

static addAddress(builder:flatbuffers.Builder, addressOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, addressOffset, 0);
}

static endNodeAnnounced(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createNodeAnnounced(builder:flatbuffers.Builder, nodeOffset:flatbuffers.Offset, addressOffset:flatbuffers.Offset):flatbuffers.Offset {
  NodeAnnounced.startNodeAnnounced(builder);
  NodeAnnounced.addNode(builder, nodeOffset);
  NodeAnnounced.addAddress(builder, addressOffset);
  return NodeAnnounced.endNodeAnnounced(builder);
}

unpack(): NodeAnnouncedT {
  return new NodeAnnouncedT(
    this.node(),
    this.address()
  );
}


unpackTo(_o: NodeAnnouncedT): void {
  _o.node = this.node();
  _o.address = this.address();
}
}

export class NodeAnnouncedT implements flatbuffers.IGeneratedObject {
constructor(
  public node: string|Uint8Array|null = null,
  public address: string|Uint8Array|null = null
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const node = (this.node !== null ? builder.createString(this.node!) : 0);
  const address = (this.address !== null ? builder.createString(this.address!) : 0);

  return NodeAnnounced.createNodeAnnounced(builder,
    node,
    address
  );
}
}

export class RemoteLease implements flatbuffers.IUnpackableObject<RemoteLeaseT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):RemoteLease {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsRemoteLease(bb:flatbuffers.ByteBuffer, obj?:RemoteLease):RemoteLease {
  return (obj || new RemoteLease()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsRemoteLease(bb:flatbuffers.ByteBuffer, obj?:RemoteLease):RemoteLease {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new RemoteLease()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

lease():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

peer():number {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

slot():number {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

job():number {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

jobName():string|null
jobName(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
jobName(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 12);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

resources(index: number, obj?:Resource):Resource|null {
  const offset = this.bb!.__offset(this.bb_pos, 14);
  return offset ? (obj || new Resource()).__init(this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4), this.bb!) : null;
}

resourcesLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 14);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

exclusive():boolean {
  const offset = this.bb!.__offset(this.bb_pos, 16);
  return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
}

static startRemoteLease(builder:flatbuffers.Builder) {
  builder.startObject(7);
}

static addLease(builder:flatbuffers.Builder, lease:number) {
  builder.addFieldInt32(0, lease, 0);
}

static addPeer(builder:flatbuffers.Builder, peer:number) {
  builder.addFieldInt32(1, peer, 0);
}

static addSlot(builder:flatbuffers.Builder, slot:number) {
  builder.addFieldInt32(2, slot, 0);
}

static addJob(builder:flatbuffers.Builder, job:number) {
  builder.addFieldInt32(3, job, 0);
}

static addJobName(builder:flatbuffers.Builder, jobNameOffset:flatbuffers.Offset) {
  builder.addFieldOffset(4, jobNameOffset, 0);
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

static endRemoteLease(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createRemoteLease(builder:flatbuffers.Builder, lease:number, peer:number, slot:number, job:number, jobNameOffset:flatbuffers.Offset, resourcesOffset:flatbuffers.Offset, exclusive:boolean):flatbuffers.Offset {
  RemoteLease.startRemoteLease(builder);
  RemoteLease.addLease(builder, lease);
  RemoteLease.addPeer(builder, peer);
  RemoteLease.addSlot(builder, slot);
  RemoteLease.addJob(builder, job);
  RemoteLease.addJobName(builder, jobNameOffset);
  RemoteLease.addResources(builder, resourcesOffset);
  RemoteLease.addExclusive(builder, exclusive);
  return RemoteLease.endRemoteLease(builder);
}

unpack(): RemoteLeaseT {
  return new RemoteLeaseT(
    this.lease(),
    this.peer(),
    this.slot(),
    this.job(),
    this.jobName(),
    this.bb!.createObjList<Resource, ResourceT>(this.resources.bind(this), this.resourcesLength()),
    this.exclusive()
  );
}


unpackTo(_o: RemoteLeaseT): void {
  _o.lease = this.lease();
  _o.peer = this.peer();
  _o.slot = this.slot();
  _o.job = this.job();
  _o.jobName = this.jobName();
  _o.resources = this.bb!.createObjList<Resource, ResourceT>(this.resources.bind(this), this.resourcesLength());
  _o.exclusive = this.exclusive();
}
}

export class RemoteLeaseT implements flatbuffers.IGeneratedObject {
constructor(
  public lease: number = 0,
  public peer: number = 0,
  public slot: number = 0,
  public job: number = 0,
  public jobName: string|Uint8Array|null = null,
  public resources: (ResourceT)[] = [],
  public exclusive: boolean = false
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const jobName = (this.jobName !== null ? builder.createString(this.jobName!) : 0);
  const resources = RemoteLease.createResourcesVector(builder, builder.createObjectOffsetList(this.resources));

  return RemoteLease.createRemoteLease(builder,
    this.lease,
    this.peer,
    this.slot,
    this.job,
    jobName,
    resources,
    this.exclusive
  );
}
}

export class RemoteLeaseEnded implements flatbuffers.IUnpackableObject<RemoteLeaseEndedT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):RemoteLeaseEnded {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsRemoteLeaseEnded(bb:flatbuffers.ByteBuffer, obj?:RemoteLeaseEnded):RemoteLeaseEnded {
  return (obj || new RemoteLeaseEnded()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsRemoteLeaseEnded(bb:flatbuffers.ByteBuffer, obj?:RemoteLeaseEnded):RemoteLeaseEnded {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new RemoteLeaseEnded()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

lease():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

static startRemoteLeaseEnded(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addLease(builder:flatbuffers.Builder, lease:number) {
  builder.addFieldInt32(0, lease, 0);
}

static endRemoteLeaseEnded(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createRemoteLeaseEnded(builder:flatbuffers.Builder, lease:number):flatbuffers.Offset {
  RemoteLeaseEnded.startRemoteLeaseEnded(builder);
  RemoteLeaseEnded.addLease(builder, lease);
  return RemoteLeaseEnded.endRemoteLeaseEnded(builder);
}

unpack(): RemoteLeaseEndedT {
  return new RemoteLeaseEndedT(
    this.lease()
  );
}


unpackTo(_o: RemoteLeaseEndedT): void {
  _o.lease = this.lease();
}
}

export class RemoteLeaseEndedT implements flatbuffers.IGeneratedObject {
constructor(
  public lease: number = 0
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  return RemoteLeaseEnded.createRemoteLeaseEnded(builder,
    this.lease
  );
}
}

export class RemoteKill implements flatbuffers.IUnpackableObject<RemoteKillT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):RemoteKill {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsRemoteKill(bb:flatbuffers.ByteBuffer, obj?:RemoteKill):RemoteKill {
  return (obj || new RemoteKill()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsRemoteKill(bb:flatbuffers.ByteBuffer, obj?:RemoteKill):RemoteKill {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new RemoteKill()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

peer():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

handle():number {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.readFloat64(this.bb_pos + offset) : 0.0;
}

static startRemoteKill(builder:flatbuffers.Builder) {
  builder.startObject(2);
}

static addPeer(builder:flatbuffers.Builder, peer:number) {
  builder.addFieldInt32(0, peer, 0);
}

static addHandle(builder:flatbuffers.Builder, handle:number) {
  builder.addFieldFloat64(1, handle, 0.0);
}

static endRemoteKill(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createRemoteKill(builder:flatbuffers.Builder, peer:number, handle:number):flatbuffers.Offset {
  RemoteKill.startRemoteKill(builder);
  RemoteKill.addPeer(builder, peer);
  RemoteKill.addHandle(builder, handle);
  return RemoteKill.endRemoteKill(builder);
}

unpack(): RemoteKillT {
  return new RemoteKillT(
    this.peer(),
    this.handle()
  );
}


unpackTo(_o: RemoteKillT): void {
  _o.peer = this.peer();
  _o.handle = this.handle();
}
}

export class RemoteKillT implements flatbuffers.IGeneratedObject {
constructor(
  public peer: number = 0,
  public handle: number = 0.0
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  return RemoteKill.createRemoteKill(builder,
    this.peer,
    this.handle
  );
}
}

export class JobEnded implements flatbuffers.IUnpackableObject<JobEndedT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):JobEnded {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsJobEnded(bb:flatbuffers.ByteBuffer, obj?:JobEnded):JobEnded {
  return (obj || new JobEnded()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsJobEnded(bb:flatbuffers.ByteBuffer, obj?:JobEnded):JobEnded {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new JobEnded()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

job():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

static startJobEnded(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addJob(builder:flatbuffers.Builder, job:number) {
  builder.addFieldInt32(0, job, 0);
}

static endJobEnded(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createJobEnded(builder:flatbuffers.Builder, job:number):flatbuffers.Offset {
  JobEnded.startJobEnded(builder);
  JobEnded.addJob(builder, job);
  return JobEnded.endJobEnded(builder);
}

unpack(): JobEndedT {
  return new JobEndedT(
    this.job()
  );
}


unpackTo(_o: JobEndedT): void {
  _o.job = this.job();
}
}

export class JobEndedT implements flatbuffers.IGeneratedObject {
constructor(
  public job: number = 0
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  return JobEnded.createJobEnded(builder,
    this.job
  );
}
}

export class NodeAvailable implements flatbuffers.IUnpackableObject<NodeAvailableT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):NodeAvailable {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsNodeAvailable(bb:flatbuffers.ByteBuffer, obj?:NodeAvailable):NodeAvailable {
  return (obj || new NodeAvailable()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsNodeAvailable(bb:flatbuffers.ByteBuffer, obj?:NodeAvailable):NodeAvailable {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new NodeAvailable()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

available(index: number, obj?:Resource):Resource|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? (obj || new Resource()).__init(this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4), this.bb!) : null;
}

availableLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

static startNodeAvailable(builder:flatbuffers.Builder) {
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

static endNodeAvailable(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createNodeAvailable(builder:flatbuffers.Builder, availableOffset:flatbuffers.Offset):flatbuffers.Offset {
  NodeAvailable.startNodeAvailable(builder);
  NodeAvailable.addAvailable(builder, availableOffset);
  return NodeAvailable.endNodeAvailable(builder);
}

unpack(): NodeAvailableT {
  return new NodeAvailableT(
    this.bb!.createObjList<Resource, ResourceT>(this.available.bind(this), this.availableLength())
  );
}


unpackTo(_o: NodeAvailableT): void {
  _o.available = this.bb!.createObjList<Resource, ResourceT>(this.available.bind(this), this.availableLength());
}
}

export class NodeAvailableT implements flatbuffers.IGeneratedObject {
constructor(
  public available: (ResourceT)[] = []
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const available = NodeAvailable.createAvailableVector(builder, builder.createObjectOffsetList(this.available));

  return NodeAvailable.createNodeAvailable(builder,
    available
  );
}
}

export class ResultsElsewhere implements flatbuffers.IUnpackableObject<ResultsElsewhereT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):ResultsElsewhere {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsResultsElsewhere(bb:flatbuffers.ByteBuffer, obj?:ResultsElsewhere):ResultsElsewhere {
  return (obj || new ResultsElsewhere()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsResultsElsewhere(bb:flatbuffers.ByteBuffer, obj?:ResultsElsewhere):ResultsElsewhere {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new ResultsElsewhere()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

handles(index: number):number|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readFloat64(this.bb!.__vector(this.bb_pos + offset) + index * 8) : 0;
}

handlesLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

handlesArray():Float64Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? new Float64Array(this.bb!.bytes().buffer, this.bb!.bytes().byteOffset + this.bb!.__vector(this.bb_pos + offset), this.bb!.__vector_len(this.bb_pos + offset)) : null;
}

static startResultsElsewhere(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addHandles(builder:flatbuffers.Builder, handlesOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, handlesOffset, 0);
}

static createHandlesVector(builder:flatbuffers.Builder, data:number[]|Float64Array):flatbuffers.Offset;
/**
 * @deprecated This Uint8Array overload will be removed in the future.
 */
static createHandlesVector(builder:flatbuffers.Builder, data:number[]|Uint8Array):flatbuffers.Offset;
static createHandlesVector(builder:flatbuffers.Builder, data:number[]|Float64Array|Uint8Array):flatbuffers.Offset {
  builder.startVector(8, data.length, 8);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addFloat64(data[i]!);
  }
  return builder.endVector();
}

static startHandlesVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(8, numElems, 8);
}

static endResultsElsewhere(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createResultsElsewhere(builder:flatbuffers.Builder, handlesOffset:flatbuffers.Offset):flatbuffers.Offset {
  ResultsElsewhere.startResultsElsewhere(builder);
  ResultsElsewhere.addHandles(builder, handlesOffset);
  return ResultsElsewhere.endResultsElsewhere(builder);
}

unpack(): ResultsElsewhereT {
  return new ResultsElsewhereT(
    this.bb!.createScalarList<number>(this.handles.bind(this), this.handlesLength())
  );
}


unpackTo(_o: ResultsElsewhereT): void {
  _o.handles = this.bb!.createScalarList<number>(this.handles.bind(this), this.handlesLength());
}
}

export class ResultsElsewhereT implements flatbuffers.IGeneratedObject {
constructor(
  public handles: (number)[] = []
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const handles = ResultsElsewhere.createHandlesVector(builder, this.handles);

  return ResultsElsewhere.createResultsElsewhere(builder,
    handles
  );
}
}

export class ResultsWanted implements flatbuffers.IUnpackableObject<ResultsWantedT> {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):ResultsWanted {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsResultsWanted(bb:flatbuffers.ByteBuffer, obj?:ResultsWanted):ResultsWanted {
  return (obj || new ResultsWanted()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsResultsWanted(bb:flatbuffers.ByteBuffer, obj?:ResultsWanted):ResultsWanted {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new ResultsWanted()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

handles(index: number):number|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readFloat64(this.bb!.__vector(this.bb_pos + offset) + index * 8) : 0;
}

handlesLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

handlesArray():Float64Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? new Float64Array(this.bb!.bytes().buffer, this.bb!.bytes().byteOffset + this.bb!.__vector(this.bb_pos + offset), this.bb!.__vector_len(this.bb_pos + offset)) : null;
}

static startResultsWanted(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addHandles(builder:flatbuffers.Builder, handlesOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, handlesOffset, 0);
}

static createHandlesVector(builder:flatbuffers.Builder, data:number[]|Float64Array):flatbuffers.Offset;
/**
 * @deprecated This Uint8Array overload will be removed in the future.
 */
static createHandlesVector(builder:flatbuffers.Builder, data:number[]|Uint8Array):flatbuffers.Offset;
static createHandlesVector(builder:flatbuffers.Builder, data:number[]|Float64Array|Uint8Array):flatbuffers.Offset {
  builder.startVector(8, data.length, 8);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addFloat64(data[i]!);
  }
  return builder.endVector();
}

static startHandlesVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(8, numElems, 8);
}

static endResultsWanted(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createResultsWanted(builder:flatbuffers.Builder, handlesOffset:flatbuffers.Offset):flatbuffers.Offset {
  ResultsWanted.startResultsWanted(builder);
  ResultsWanted.addHandles(builder, handlesOffset);
  return ResultsWanted.endResultsWanted(builder);
}

unpack(): ResultsWantedT {
  return new ResultsWantedT(
    this.bb!.createScalarList<number>(this.handles.bind(this), this.handlesLength())
  );
}


unpackTo(_o: ResultsWantedT): void {
  _o.handles = this.bb!.createScalarList<number>(this.handles.bind(this), this.handlesLength());
}
}

export class ResultsWantedT implements flatbuffers.IGeneratedObject {
constructor(
  public handles: (number)[] = []
){}


pack(builder:flatbuffers.Builder): flatbuffers.Offset {
  const handles = ResultsWanted.createHandlesVector(builder, this.handles);

  return ResultsWanted.createResultsWanted(builder,
    handles
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
