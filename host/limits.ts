// Every bound of the host in one place. A test reaches each.

/** Largest component that may be uploaded: transpiling a padded 64 MiB file already takes half a GiB. */
export const componentBytesMax = 16 << 20;
/** Largest request body of one command, event, schema or rule set. */
export const bodyBytesMax = 1 << 20;
/** Deepest nesting of JSON and of Avro values. */
export const valueDepthMax = 64;
/** Items of all arrays and maps of one Avro value together. */
export const valueItemsMax = 100_000;
/** Text of one schema, in UTF-8. */
export const schemaBytesMax = 64 << 10;
export const schemaFieldsMax = 500;
/** Types within types of one schema. */
export const schemaDepthMax = 32;
/** Schemas kept parsed by their text. */
export const schemasParsedMax = 64;
/** Digits of a decimal: far beyond money, and still quick to turn into text. */
export const decimalDigitsMax = 1_000;
/** Faults that one answer lists. */
export const faultsMax = 20;
/** Largest frame between host and function process. */
export const frameBytesMax = 16 << 20;
/** Events of one command's outcome. */
export const eventsPerCommandMax = 1_000;
/** Commands that a dispatcher makes of one event. */
export const commandsPerEventMax = 10_000;
/** Commands of one aggregate that wait in its mailbox. */
export const commandsPerMailboxMax = 1_024;
/** Commands that one turn takes to the function. */
export const turnCommandsMax = 32;
/** A turn with so many events lets others go first, and its aggregate type rests so long for each of them. */
export const heavyTurnEvents = 128;
export const turnRestMsPerEvent = 0.5;
/** Commands pending in the whole host, in memory, and bytes of their payloads. */
export const commandsPendingMax = 100_000;
export const commandBytesPendingMax = 256 << 20;
/** Aggregates whose state is kept in memory. */
export const aggregatesCachedMax = 100_000;
/** Bytes of states kept in memory. */
export const aggregateBytesCachedMax = 256 << 20;
/** Bytes of one aggregate's state. */
export const stateBytesMax = 8 << 20;
/** Rows of one page of a list. */
export const pageRowsMax = 1_000;
/** Bytes of payloads of one page of events; the one that goes past it is still there. */
export const pageBytesMax = 8 << 20;
/** The same while a stream is read. */
export const streamBytesMax = 256 << 10;
/** Reads of pages, states and traces that are put together at once; the others wait. */
export const readsAtOnceMax = 16;
/** Bytes of payloads that a trace shows. */
export const traceBytesMax = 16 << 20;
/** Bytes of JSON of large answers that clients have yet to take; what is small is not counted. */
export const answersBytesMax = 256 << 20;
export const smallAnswerBytesMax = 64 << 10;
/** Bytes of journal entries that wait to be written before callers are asked to wait. */
export const journalPendingBytesMax = 32 << 20;
/** Bytes and entries of one group commit. One append is never split, so a single large one may be longer. */
export const groupBytesMax = 512 << 10;
export const groupEntriesMax = 2_048;
/** Bytes of groups of the log kept in memory: so many of the newest, and as many of others. */
export const groupBytesCachedMax = 32 << 20;
/** Rows and bytes of the index that wait in memory before they are written behind; as many again while that goes on. */
export const indexRowsMax = 20_000;
export const indexBytesMax = 16 << 20;
/** Files that one database keeps open, when the process may have that many. */
export const databaseFilesMax = 1_000;
/** Aggregates whose last sequence the journal keeps in memory, twice. */
export const sequencesCachedMax = 100_000;
/** Commands that the journal remembers not to know. */
export const unknownCommandsMax = 10_000;
/** Events that one read of the log looks at. */
export const eventsScannedMax = 10_000;
/** Bytes of a snapshot's file: the state and its schema. */
export const containerBytesMax = stateBytesMax + (256 << 10);
/** Snapshots of one aggregate by the aggregator in use; of all others together one more is kept. */
export const snapshotsPerAggregateMax = 4;
/** Calls to S3 under way at once; what comes then is left out, since a snapshot is never worth waiting for. */
export const snapshotCallsMax = 32;
/** Longest wait for S3 while an aggregate waits for its snapshot, and while one is written behind. */
export const snapshotReadDeadlineMs = 2_000;
export const snapshotWriteDeadlineMs = 10_000;
/** Events and bytes of payloads that go to a topic in one transaction; a topic takes 1 MiB a partition by default. */
export const publishEventsMax = 1_000;
export const publishBytesMax = 768 << 10;
/**
 * Pause after a transaction that took all there was, so that events under load go out by the hundred: what a transaction costs the
 * cluster is its ends in every partition, not its events.
 */
export const publishGatherMs = 100;
/** Waits between tries to reach a topic that is away. */
export const publishRetryMsMin = 250;
export const publishRetryMsMax = 15_000;
/** Time after which it is looked whether readers see what was published. */
export const publishLookMs = 5_000;
/** At the end of the host a transaction under way has so long to end. */
export const publishCloseMsMax = 3_000;
/** Connections of clients at once, and requests on one before it is ended. */
export const connectionsMax = 1_000;
export const requestsPerConnectionMax = 100_000;
/** Requests of one caller with a token that are under way. */
export const requestsPerCallerMax = 500;
/** Bytes of all bodies under way together. */
export const bodiesBytesMax = 128 << 20;
/** A connection on which nothing moves is ended: longer than any silence that is allowed within a request. */
export const connectionSilenceMsMax = 600_000;
/** What is still sent after a refusal is let through for so long, so that the refusal is read. */
export const refusedBodyMsMax = 5_000;
/** Longest time for the head of a request, for a body that is read whole, and for silence within one that streams. */
export const headersDeadlineMs = 10_000;
export const bodyDeadlineMs = 30_000;
export const bodySilenceMsMax = 300_000;
/** Lines of one NDJSON request that are under way. */
export const linesUnderWayMax = 256;
/** Longest wait for a command's outcome that a client may ask for. */
export const outcomeWaitMsMax = 60_000;
/** Linear memory of a function; the kernel's limit on the process is a little above. */
export const functionMemoryBytesMax = 64 << 20;
/** Core modules of one component that have a memory of their own. */
export const functionMemoriesMax = 4;
/** Entries of one table of a function. */
export const functionTableEntriesMax = 100_000;
/** Calls of one function that are sent to its process and not answered. */
export const callWindowMax = 64;
/** Bytes of those calls: past them no further one is sent. */
export const windowBytesMax = 8 << 20;
/** Calls of one version of a function that wait before callers are told that it is unavailable. */
export const callsPerFunctionMax = 8_192;
/** Log lines of one function: so many at once, and so many a second on. */
export const logLinesBurstMax = 500;
export const logLinesPerSecondMax = 100;
/** Newest lines of one function that are kept to be shown, and functions of which they are. */
export const functionLinesKeptMax = 200;
export const functionsWithLinesMax = 1_000;
/** Text that a function's `describe` answers. */
export const describeBytesMax = 1 << 20;
/** Glue and core modules made of one component. */
export const artifactBytesMax = 48 << 20;
/** Artifacts that are kept in memory, each about 180 KiB. */
export const recentArtifactsBytesMax = 16 << 20;
/** What V8 compiled of the glue of one component: about 70 KiB. */
export const codeCacheBytesMax = 4 << 20;
/** Components that are checked or wait to be; each takes a process and hundreds of MiB for a moment. */
export const checksWaitingMax = 16;
/** Largest record that a topic made by the host takes: no event is larger than a function's answer. */
export const publishedBytesMax = frameBytesMax + (64 << 10);
/** A transaction of a host that died or stands still keeps readers waiting no longer than this. */
export const transactionDeadlineMs = 30_000;
/** Records from a topic that are under way at once; then their effects are waited for. */
export const intakeRecordsMax = 200;
/** Bytes of the segments that a backup cuts the log into; a single larger group makes a larger one. */
export const segmentBytesMax = 16 << 20;
/** Largest group that can be in a log, by the form of its entries. */
export const groupFrameBytesMax = (256 << 20) + (1 << 20);
/** Largest object of an archive that is read. */
export const archiveObjectBytesMax = segmentBytesMax + groupFrameBytesMax;
/** Longest call to an archive: a segment over a slow line. */
export const archiveDeadlineMs = 120_000;
/** Tokens of one host, and bytes of the file of them. */
export const tokensMax = 10_000;
export const tokenFileBytesMax = 4 << 20;
/** Kinds of refused calls that are told apart within a minute. */
export const refusalKindsMax = 60;
/** An issuer of tokens has so long to answer, with so many bytes. */
export const issuerDeadlineMs = 5_000;
export const issuerAnswerBytesMax = 1 << 20;
/** Spans that wait for the collector of traces, and go to it at once. */
export const spansWaitingMax = 8_192;
export const spansPerExportMax = 512;
/** Spans are gathered for so long, and the collector has so long to take them. */
export const spanGatherMs = 500;
export const spanExportDeadlineMs = 5_000;
/** Calls from outside whose traces are remembered; past it they are looked up in the log. */
export const tracedRootsMax = 10_000;
/** A parameter in a path, decoded: an id with room to spare, so that one that is too long is told by its handler. */
export const pathParameterCharsMax = 4_096;
/** Lines of the log about commands and events that failed. */
export const failureLinesPerSecondMax = 20;
