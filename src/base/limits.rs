//! Every bound of the program in one place, with its unit last in the name.
//!
//! A queue, a loop, a string or a script that is not bounded here is a bug.

/// A playbook file, in bytes.
pub const PLAYBOOK_BYTES_MAX: usize = 4 * 1024 * 1024;
/// A data file (CSV, YAML, JSON, text, ICS), in bytes.
pub const DATA_BYTES_MAX: usize = 16 * 1024 * 1024;
/// A script file, in bytes. Parsing Rhai is slow on huge sources: 1 MB takes 27 s.
pub const SCRIPT_BYTES_MAX: usize = 64 * 1024;
/// An expression, in bytes.
pub const EXPRESSION_BYTES_MAX: usize = 4 * 1024;

/// Nodes of a YAML document.
pub const YAML_NODES_MAX: usize = 1_000_000;
/// Depth of a YAML document.
pub const YAML_DEPTH_MAX: usize = 32;
/// Alias replays of a YAML document: an alias bomb stops here.
pub const YAML_ALIAS_REPLAYS_MAX: usize = 20_000;

/// One sentence of a diagnostic, in bytes; the middle of a longer one is left out.
pub const DIAGNOSTIC_TEXT_BYTES_MAX: usize = 4_000;
/// What is shown of a line before and behind the place that a diagnostic is about, in bytes.
pub const DIAGNOSTIC_LINE_BYTES_MAX: usize = 1_000;
/// Diagnostics shown of one file; what is beyond is counted.
pub const DIAGNOSTICS_MAX: usize = 500;
/// Errors that the answer to a reload names.
pub const RELOAD_ERRORS_SHOWN: usize = 5;

/// Places that a sign-up may have.
pub const SEATS_MAX: u32 = 1_000;
/// People who may wait for a place in one sign-up.
pub const WAITING_FOR_SEATS_MAX: usize = 1_000;
/// Operations of one expression.
pub const EXPRESSION_OPERATIONS_MAX: u64 = 200_000;
/// Operations of all expressions of one decision together: some 50 ms.
pub const DECISION_OPERATIONS_MAX: u64 = 600_000;
/// Operations that a decision may have more for each member of its group.
pub const DECISION_OPERATIONS_PER_MEMBER: u64 = 50;
/// Operations that an expression has in any case, when its decision has none left.
pub const DECISION_OPERATIONS_SPARE: u64 = 10_000;
/// Members of a group whose decisions are made by the driver itself; those of larger ones are made beside it.
pub const DECISION_HERE_MEMBERS_MAX: usize = 2_000;
/// Decisions that are made beside the driver at once.
pub const DECISIONS_BESIDE_MAX: usize = 4;
/// Operations that one expression may do more for each member of the group: a question to all is answered.
pub const EXPRESSION_OPERATIONS_PER_MEMBER: u64 = 24;
/// Operations of one script call.
pub const SCRIPT_OPERATIONS_MAX: u64 = 5_000_000;
/// Wall time of one script call, in milliseconds; the shell's limit.
pub const SCRIPT_WALL_MS_MAX: u64 = 2_000;
/// Nested function calls in a script.
pub const SCRIPT_CALL_LEVELS_MAX: usize = 32;
/// Depth of an expression inside a script or a function.
pub const SCRIPT_EXPR_DEPTH_MAX: usize = 64;
/// One string inside a script, in bytes.
pub const SCRIPT_STRING_BYTES_MAX: usize = 64 * 1024;
/// All text inside one value of a script, in bytes: the ids of all members fit.
pub const SCRIPT_TEXT_BYTES_MAX: usize = 8 * 1024 * 1024;
/// One array inside a script, in elements, those of arrays inside it included: all members fit.
pub const SCRIPT_ARRAY_SIZE_MAX: usize = MEMBERS_MAX;
/// One map inside a script, in entries, inner maps included: ten thousand rows of five columns fit.
pub const SCRIPT_MAP_SIZE_MAX: usize = 60_000;
/// Actions (posts, tasks, signals, tags, stores) of one script call.
pub const SCRIPT_ACTIONS_MAX: usize = 1_000;
/// Lines that one script call may log.
pub const SCRIPT_LOG_LINES_MAX: usize = 100;
/// All that the actions of one script call hold, in bytes as they are stored.
pub const SCRIPT_ACTION_BYTES_MAX: usize = 8 * 1024 * 1024;
/// What a script call returns, in bytes as it is stored.
pub const SCRIPT_RESULT_BYTES_MAX: usize = 1024 * 1024;
/// All that the scripts of a group keep in `state`, in bytes as it is stored.
pub const GROUP_STATE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// All that `set` has written in a group, in bytes as it is stored.
pub const GROUP_VARS_BYTES_MAX: usize = 1024 * 1024;
/// The fields of all members of a group, in bytes as they are stored: 640 for each of as many as there may be.
pub const GROUP_FIELDS_BYTES_MAX: usize = 64 * 1024 * 1024;
/// The fields and tags of one member, in bytes as they are stored.
pub const MEMBER_FIELDS_BYTES_MAX: usize = 64 * 1024;
/// The texts of all open tasks of a group, in bytes.
pub const GROUP_TASKS_BYTES_MAX: usize = 16 * 1024 * 1024;
/// The answers to one question, in bytes as they are stored: 160 for each of as many members as there may be.
pub const ANSWERS_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Keys of a group's persistent script state.
pub const SCRIPT_STATE_KEYS_MAX: usize = 10_000;
/// Fetches of one script call.
pub const SCRIPT_FETCHES_MAX: usize = 8;
/// Nesting of lists and maps inside a script, in levels.
pub const SCRIPT_NESTING_MAX: usize = 500;
/// Keys of all maps that a function of a script holds, in bytes.
pub const SCRIPT_KEY_BYTES_MAX: usize = 1024 * 1024;
/// What a script call holds at once in the variables of all its open functions, in bytes.
pub const SCRIPT_HELD_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Variables that closures of one script call have captured and that may hold functions themselves.
pub const SCRIPT_CAPTURED_MAX: usize = 512;
/// Variables of one function of a script at once.
pub const SCRIPT_VARIABLES_MAX: usize = 256;
/// Functions of one script.
pub const SCRIPT_FUNCTIONS_MAX: usize = 1_000;
/// Files that one script may import.
pub const SCRIPT_IMPORTS_MAX: usize = 64;
/// Stack of a script call, in bytes; reserved, not used up: lists that are nested deep are dropped by recursion.
pub const SCRIPT_STACK_BYTES: usize = 32 * 1024 * 1024;
/// A rendered message, in bytes, before a platform splits it.
pub const MESSAGE_BYTES_MAX: usize = 64 * 1024;
/// Parts that one message may be split into.
pub const MESSAGE_PARTS_MAX: usize = 32;
/// Earlier names of a play that are kept.
pub const PLAY_NAMES_KEPT_MAX: usize = 8;
/// Members of one group.
pub const MEMBERS_MAX: usize = 100_000;
/// People of one group who ask to come in and have not; of more whoever asked first is not known any more.
pub const ASKING_MAX: usize = 1_000;
/// Plays, roles and people whose tasks are counted apart on one day.
pub const DUTIES_KEPT_MAX: usize = 128;
/// Of so many channels of one group is counted how much is said in each on a day; the rest is one.
pub const CHANNELS_COUNTED_MAX: usize = 16;
/// Of those who say most in a large group so many are remembered from one look at all members to the next.
pub const TOP_KEPT_MAX: usize = 128;
/// Members that one decision looks at, imports or removes; where there are more, the rest follows in further ones.
pub const MEMBERS_AT_ONCE_MAX: usize = 2_000;
/// Runs that one decision starts where each member has their own; the others follow in further ones.
pub const MEMBER_RUNS_AT_ONCE_MAX: usize = 200;
/// Other ids by which one member may be known.
pub const MEMBER_IDS_MAX: usize = 32;
/// Members who were heard lately, from which on a group counts as one whose messages are reported.
pub const HEARD_MEMBERS_MIN: usize = 3;
/// Of whom one member is known to have spoken with, at most this many.
pub const PEERS_MAX: usize = 32;
/// Closed days of which a group keeps its numbers.
pub const DAYS_KEPT_MAX: usize = 35;
/// Numbers of its own that a playbook may have.
pub const OWN_NUMBERS_MAX: usize = 64;
/// Days over which a number of a playbook's own may count signals.
pub const TALLY_DAYS_MAX: u32 = 366;
/// Starts that are remembered of a play that waits for a condition; its `max` can count no more.
pub const CONDITION_STARTS_KEPT_MAX: usize = 100;
/// Days back for which it is known how many of those who joined stayed.
pub const COHORTS_DAYS_MAX: i32 = 70;
/// Sources of members that are counted apart; the rest is one.
pub const SOURCES_COUNTED_MAX: usize = 16;
/// Kinds of what is screened that are counted apart; the rest is one.
pub const JUNK_KINDS_MAX: usize = 16;
/// Questions of members that wait for an answer.
pub const QUESTIONS_OPEN_MAX: usize = 200;
/// Dates of which it is remembered who came.
pub const EVENTS_KEPT_MAX: usize = 8;
/// Advertisements, and questions to the group, whose responses are remembered.
pub const CAMPAIGNS_KEPT_MAX: usize = 20;
/// People who look after a group of whom is known when they last did something.
pub const OPERATORS_KEPT_MAX: usize = 64;
/// Runs open at once in one group.
pub const RUNS_OPEN_MAX: usize = 1_000;
/// Finished runs that a group's state remembers for `runs`; the journal has all.
pub const RUNS_REMEMBERED_MAX: usize = 32;
/// Timers that are looked at for what is coming, when a budget keeps room for it.
pub const COMING_TIMERS_MAX: usize = 200;
/// Occurrences of one play that are looked at for it.
pub const COMING_OCCURRENCES_MAX: usize = 50;
/// Messages that budgets may hold back in one group.
pub const HELD_MAX: usize = 1_000;
/// Signals collected by one batch window.
pub const BATCH_SIGNALS_MAX: usize = 1_000;
/// Occurrences a group may catch up at one wake with `catch_up: all`.
pub const CATCH_UP_MAX: usize = 1_000;
/// Occurrences that are counted one by one when a range of them was slept through; more are "at least" so many.
pub const SLEPT_COUNTED_MAX: usize = 100_000;
/// How late a start may be, in milliseconds, and still count as on time for `catch_up: none`.
pub const ON_TIME_MS: i64 = 10_000;
/// How many entries of the journal, of all groups, `status` looks back for what did not happen.
pub const SKIPPED_LOOK_BACK: i64 = 200_000;
/// How long `status` shows a run that failed, and an input that was parked.
pub const FAILED_SHOWN_MS: i64 = 7 * 24 * 3_600_000;
/// Occurrences and timers that broke the engine which a group remembers, for `status`.
pub const BROKEN_KEPT_MAX: usize = 20;
/// Pieces of one decision that may break before the whole input is parked.
pub const BROKEN_PIECES_MAX: usize = 8;
/// How many days ahead the end of a calendar or of a file of dates is announced.
pub const ENDS_SOON_DAYS: i64 = 30;
/// A jump of the clock that is believed at once whatever else the machine has counted, in milliseconds.
pub const CLOCK_JUMP_MS: i64 = 3_600_000;
/// How long a longer jump has to stand before it is believed, in milliseconds.
pub const CLOCK_AGREES_MS: i64 = 60_000;
/// How far a group's clock may be ahead of the machine's before that is said, in milliseconds.
pub const CLOCK_AHEAD_MS: i64 = 60_000;
/// How long a date may be missing from the file before people are told that it is cancelled, in milliseconds: a file
/// that is written slowly, or taken from another branch for a moment, has all its dates again by then.
pub const DATE_MISSING_MS: i64 = 5_000;
/// A sleep that is announced, in milliseconds.
pub const SLEPT_ANNOUNCED_MS: i64 = 3_600_000;
/// Open tasks, approvals and questions of one group.
pub const TASKS_OPEN_MAX: usize = 10_000;
/// Members of a group who were removed for breaking rules and are known when they come back.
pub const BANS_KEPT_MAX: usize = 10_000;
/// How long it is known that somebody was removed for breaking a rule.
pub const BAN_DAYS: i64 = 365;
/// With fewer messages in the window there is no share of advertising: one advertisement goes in so many days.
pub const PROMO_MESSAGES_MIN: u64 = 10;
/// So long lies between two advertisements where there are too few messages for a share.
pub const PROMO_REST_DAYS: i64 = 14;
/// Released messages that a group remembers for its budgets.
pub const RELEASED_MAX: usize = 20_000;
/// How many of them, from the last one back, are looked through for the last one with a clock time.
pub const RELEASED_ALIKE_MAX: usize = 50;
/// Steps that one decision may carry out in one group before it yields to the next input.
pub const STEPS_PER_DECISION_MAX: usize = 10_000;
/// Iterations of one `each`.
pub const EACH_MAX: usize = 1_000;
/// Recent input ids that a group remembers so that a repeated input is a no-op.
pub const RECENT_INPUTS_MAX: usize = 16_384;
/// The newest of them, which it remembers however old they are: a clock that jumps forgets none of these.
pub const RECENT_INPUTS_MIN: usize = 256;
/// For how long it remembers the others, in hours of its clock.
pub const RECENT_INPUTS_HOURS: i64 = 24;
/// Coming occurrences of one play that an operator may have skipped.
pub const SKIPS_MAX: usize = 1_000;
/// The longest delay of a run's steps of a day at once, in milliseconds: three hours.
pub const DELAY_MS_MAX: i64 = 3 * 3_600_000;
/// Up to this delay members are not told, in milliseconds: half an hour.
pub const DELAY_UNTOLD_MS_MAX: i64 = 30 * 60_000;
/// Deletions and changes of messages that platforms were asked for and have not answered, in one group.
pub const REVISIONS_MAX: usize = 1_000;
/// Turns ahead among which the next one of somebody is looked for.
pub const TURNS_LOOKED_MAX: usize = 200;
/// A remark in the journal, in bytes.
pub const NOTE_BYTES_MAX: usize = 16 * 1024;
/// Recipients of one mail: so many are taken by every server (RFC 5321, 4.5.3.1.8).
pub const MAIL_RECIPIENTS_MAX: usize = 100;
/// Requests in flight to one host.
pub const IN_FLIGHT_PER_HOST_MAX: usize = 64;
/// Requests in flight to addresses of one host that did not answer last time.
pub const SUSPECTS_PER_HOST_MAX: usize = 16;
/// Requests in flight to one host that take much longer than usual and leave their places to others.
pub const HANGING_PER_HOST_MAX: usize = 512;
/// A response body that is read, in bytes; the rest is dropped.
pub const RESPONSE_BYTES_MAX: usize = 64 * 1024;
/// One request's time, in milliseconds, unless a channel says otherwise.
pub const REQUEST_MS_MAX: u64 = 10_000;
/// Attempts of one effect before it is parked as dead.
pub const ATTEMPTS_MAX: u32 = 30;
/// The longest wait between two attempts, in milliseconds.
pub const RETRY_MS_MAX: u64 = 10 * 60 * 1000;
/// The longest wait between two attempts that a platform can ask for, in milliseconds: then it is tried again.
pub const RETRY_ASKED_MS_MAX: u64 = 60 * 60 * 1000;
/// Attempts of one effect whose answers nobody can read before it is parked as dead.
pub const UNCLEAR_ATTEMPTS_MAX: u32 = 3;
/// How long a channel fails before people are told, in milliseconds.
pub const FAILING_TOLD_MS: i64 = 5 * 60 * 1000;
/// Messages of a group that failed within an hour and are told one by one.
pub const REFUSALS_TOLD_MAX: u32 = 3;

/// How long the courier waits for attempts in flight when it is being stopped, in milliseconds.
pub const STOP_MS_MAX: u64 = 12_000;

/// A time shorter than this in which nobody listened is no gap, in milliseconds.
pub const EAR_GAP_MS_MIN: i64 = 250;
/// How often a program that has connected to us is asked for a sign of life, in milliseconds.
pub const REVERSE_BEAT_MS: u64 = 30_000;
/// Requests that wait to be said over the connection of a program that has dialled us.
pub const DIALLED_WAITING_MAX: usize = 64;
/// How often is looked whether an ear is silent where something usually comes, in milliseconds.
pub const EAR_WATCH_MS: i64 = 60_000;
/// How long what is usual for an ear is taken to be so, in milliseconds.
pub const EAR_USUAL_MS: i64 = 3_600_000;
/// A silence that is told has lasted so long at least, in milliseconds.
pub const EAR_SILENT_MS_MIN: i64 = 1_800_000;
/// A silence that is told has lasted for as many facts as usually come in that time.
pub const EAR_SILENT_FACTS_MIN: f64 = 6.0;
/// Messages that nobody wants one by one and that become one input, in number.
pub const HEARD_TOGETHER_MAX: usize = 500;
/// The last such messages of a group of which it is known that they were heard, in number.
pub const HEARD_LATELY_MAX: usize = 1_024;
/// For how long an ear collects what nobody wants one by one, in milliseconds.
pub const HEARD_WAITS_MS_MAX: u64 = 250;
/// Inputs waiting for one group; past this the sender is told to come back.
pub const INPUTS_WAITING_MAX: usize = 10_000;
/// How long a process that is to stop waits for decisions that are being made, in milliseconds.
pub const STOP_DECISIONS_MS_MAX: i64 = 2_000;
/// How long it waits for attempts in flight after that, in milliseconds; what takes longer is in doubt.
pub const STOP_ATTEMPTS_MS_MAX: i64 = 9_000;
/// How long it waits for the terminal to have been told what happened, in milliseconds.
pub const STOP_TOLD_MS_MAX: i64 = 1_000;
/// Decisions that one commit may hold.
pub const COMMIT_DECISIONS_MAX: usize = 1_024;
/// One command or signal from outside, in bytes.
pub const COMMAND_BYTES_MAX: usize = 1024 * 1024;

/// Commits that a subscriber of the engine may be behind; past this it loses its place.
pub const STREAM_COMMITS_MAX: usize = 1_024;

/// Entries of one group after which its state is stored again, so that recovery is short.
pub const SNAPSHOT_ENTRIES: u64 = 2_000;
/// Entries of all groups together that recovery may have to apply again, with one group; more groups have more.
pub const REPLAY_ENTRIES: u64 = 10_000;
/// How long an outbox row is kept after it was settled, in days.
pub const OUTBOX_KEEP_DAYS: i64 = 30;
/// Settled outbox rows that one idle moment deletes.
pub const OUTBOX_PRUNE_ROWS_MAX: usize = 2_000;
/// How long a full disk, or another program's lock on the state, is waited for, in milliseconds.
pub const STORE_WAIT_MS_MAX: u64 = 10 * 60 * 1000;
/// The pause between two tries, in milliseconds.
pub const STORE_RETRY_MS: u64 = 250;
/// Older decisions that are compressed together, in bytes of text: one transaction, in which the engine waits.
pub const ARCHIVE_PAGE_BYTES: usize = 512 * 1024;
/// The longest sleep of the driver, in milliseconds: then a machine that was suspended or a set clock is noticed.
pub const SLEEP_MS_MAX: i64 = 10_000;
/// The fastest that a rehearsal's clock runs: a day a second.
pub const REHEARSAL_SPEED_MAX: u32 = 86_400;
/// A rehearsal's clock may be off for other processes by so much of its own time, in milliseconds.
pub const REHEARSAL_TOLD_MS: i64 = 30_000;
/// How long a start looks whether the database is whole before it goes on and looks beside the engine, in milliseconds.
pub const SOUND_MS_MAX: u64 = 2_000;
/// How often the state file is looked at, whether it is still the one that was opened, in milliseconds.
pub const STATE_FILE_LOOK_MS: u64 = 2_000;
/// How long a reading command looks whether the database is whole, in milliseconds.
pub const SOUND_READER_MS_MAX: u64 = 100;
/// Memory that an engine may need at least, scripts included, in bytes.
pub const RUN_MEMORY_BYTES_MIN: u64 = 256 * 1024 * 1024;
/// Memory that any other command may need at least, in bytes.
pub const COMMAND_MEMORY_BYTES_MIN: u64 = 64 * 1024 * 1024;
/// How long a folder has to be quiet after a change before it is read, in milliseconds.
pub const QUIET_MS: u64 = 15;
/// How long ago a file must have been written before it is read, in milliseconds.
pub const FILE_SETTLE_MS: u64 = 40;
/// How long a file that changes each time it is looked at is waited for, in milliseconds.
pub const FILE_UNSETTLED_MS_MAX: u64 = 1_000;
/// A file that somebody writes and has not closed keeps its last version so long after a change, in milliseconds.
pub const FILE_UNCLOSED_MS_MAX: u64 = 10_000;
/// How often files are looked at, whatever the file system tells of changes, in milliseconds.
pub const FILE_LOOK_MS: u64 = 2_000;
/// How long a change that was found by looking must stay the same before it is believed, in milliseconds.
pub const FILE_LOOK_AGAIN_MS: u64 = 300;
/// Links on the way to one file.
pub const FILE_LINKS_MAX: usize = 40;
/// A picture that is uploaded, in bytes, where its platform takes no less.
pub const PICTURE_BYTES_MAX: usize = 10 * 1024 * 1024;
/// A file that holds a secret, in bytes.
pub const SECRET_BYTES_MAX: usize = 64 * 1024;
/// Script calls under way at once, each on a thread of its own.
pub const SCRIPT_THREADS_MAX: usize = 4;
/// Times that a script call may end the process before it is no longer made.
pub const CALL_DEATHS_MAX: u32 = 2;
/// How long a script call runs before it counts as one that may have ended the process, in milliseconds: almost every
/// call is shorter, and a process that is killed from outside is not its fault.
pub const CALL_MARKED_AFTER_MS: u64 = 50;
/// Days that the events of one calendar file may cover, repetitions counted each.
pub const CALENDAR_DAYS_MAX: usize = 1_000_000;
/// Repetitions of one event of a calendar file.
pub const CALENDAR_REPETITIONS_MAX: usize = 2_000;
/// Days that a simulation lives: a hundred years.
pub const SIMULATED_DAYS_MAX: u32 = 36_525;
/// Seeds with which one is repeated.
pub const SIMULATIONS_MAX: u32 = 10_000;
/// The length of a name or an id that a file gives, in letters.
pub const NAME_CHARS_MAX: usize = 100;
/// Columns of a CSV file.
pub const CSV_COLUMNS_MAX: usize = 1_000;
/// Problems reported of one data or calendar file.
pub const DATA_PROBLEMS_MAX: usize = 50;
/// Steps after an answer that are remembered for taking it back with what they asked of people; the one after is not.
pub const PRESS_STEPS_MAX: usize = 8;
/// Answers of people to tasks that can be taken back.
pub const PRESSES_MAX: usize = 16;
/// Reminders of one task.
pub const REMINDERS_MAX: usize = 8;
/// Characters of a step's words where several steps are listed.
pub const EXCERPT_CHARS_MAX: usize = 60;
/// Steps that are listed where a gate that stays shut has ended a run.
pub const STEPS_TOLD_MAX: usize = 8;
/// One request on the control socket, in bytes: an import of members is the largest.
pub const CONTROL_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Connections to the control socket at once; further ones wait to be taken.
pub const CONTROL_CONNECTIONS_MAX: usize = 32;
/// How long a connection to the control socket may say nothing, or take no answer, in milliseconds.
pub const CONTROL_IDLE_MS_MAX: u64 = 10_000;
/// Requests from the control socket that wait for the driver; further ones wait in their connections.
pub const CONTROL_WAITING_MAX: usize = 1_024;
/// Decisions that the driver makes before it looks at what came back.
pub const DECISIONS_AT_ONCE_MAX: usize = 256;
/// Facts from the door that wait for one group and are decided and committed together.
pub const DECISIONS_TOGETHER_MAX: usize = 256;
/// Lines that wait for a slow terminal; what is beyond is counted and left out.
pub const CONSOLE_LINES_WAITING_MAX: usize = 10_000;

/// Decisions that the console's history knows; older ones are read with `playbook log`.
pub const HISTORY_DECISIONS_MAX: usize = 1_000_000;
/// Lines of one page of the logbook, and rows of one page of a table.
pub const PAGE_ROWS: usize = 100;
/// Groups that a search in the console finds.
pub const FOUND_MAX: usize = 50;
/// Decisions that one sheet of a run, or one calendar, is made from.
pub const SHEET_DECISIONS_MAX: usize = 1_000;
/// How long the board of the console rests after a change, in milliseconds: what is decided meanwhile is one change.
pub const BOARD_REST_MS: u64 = 50;
/// How long pages that are open are told nothing after they were told of a change, in milliseconds.
pub const LIVE_REST_MS: u64 = 500;
/// Streams of changes that are open at once; one more is told to ask now and then.
pub const LIVE_STREAMS_MAX: usize = 200;
/// How long a stream of changes says nothing at most, in milliseconds.
pub const LIVE_BREATH_MS: u64 = 15_000;
/// How long a stream of changes is open, in milliseconds; then its browser comes back.
pub const LIVE_LIFE_MS_MAX: u64 = 600_000;
/// Messages that the board has of those that somebody has to decide about.
pub const STUCK_MAX: usize = 1_000;
/// Parts of pages that one change names; beyond that everything has changed.
pub const LIVE_PARTS_MAX: usize = 64;

/// Connections to the door at once; one more is told to come back.
pub const DOOR_CONNECTIONS_MAX: usize = 256;
/// Connections beyond those that are told so at once; further ones wait to be taken.
pub const DOOR_TURNED_AWAY_MAX: usize = 64;
/// Requests at the door that are answered at once; one more is told to come back.
pub const DOOR_REQUESTS_MAX: usize = 64;
/// The head of a request at the door, in bytes.
pub const DOOR_HEAD_BYTES_MAX: usize = 16 * 1024;
/// How long a connection at the door may take for the head of a request, or say nothing, in milliseconds.
pub const DOOR_HEAD_MS_MAX: u64 = 10_000;
/// What is still read, and for how long, from somebody who was answered before all was said: bytes and milliseconds.
pub const DOOR_LINGER_BYTES_MAX: usize = 16 * 1024 * 1024;
/// See [`DOOR_LINGER_BYTES_MAX`]; in milliseconds.
pub const DOOR_LINGER_MS_MAX: u64 = 1_000;
/// How long a stopping engine waits for what is being answered at the door, in milliseconds.
pub const DOOR_STOP_MS_MAX: u64 = 1_000;
/// How far the driver may be behind what is due and still count as ready, in milliseconds.
pub const READY_BEHIND_MS_MAX: i64 = 5_000;
/// How often a watchman is told that the engine works, in milliseconds, where the file does not say.
pub const HEARTBEAT_MS: i64 = 5 * 60 * 1000;
/// At most so often, in milliseconds.
pub const HEARTBEAT_MS_MIN: i64 = 1_000;
/// Alerts that wait for one of several channels to take them.
pub const ALERTS_OPEN_MAX: usize = 64;
/// The body of a request at the door, in bytes.
pub const DOOR_BODY_BYTES_MAX: usize = 1024 * 1024;
/// How long a body may take to come, in milliseconds.
pub const DOOR_BODY_MS_MAX: u64 = 10_000;
/// How long the door waits for a commit before it asks the sender to come again, in milliseconds.
pub const DOOR_COMMIT_MS_MAX: u64 = 800;
/// How long it waits for the commit of a command, in milliseconds.
pub const DOOR_COMMAND_MS_MAX: u64 = 10_000;
/// Lines of one answer of `/v1`.
pub const VIEW_LINES_MAX: usize = 1_000;
/// How long they may be together before no other is added, in bytes.
pub const VIEW_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Days ahead that a plan may be asked for.
pub const VIEW_DAYS_MAX: usize = 400;
/// Streams of the journal that are open at once.
pub const DOOR_STREAMS_MAX: usize = 64;
/// What a stream's reader may leave unread, in parts.
pub const DOOR_STREAM_PARTS_MAX: usize = 16;
/// After how much silence a stream says that it is there, in milliseconds.
pub const DOOR_STREAM_BEAT_MS: u64 = 15_000;
/// How long a stream's reader may take nothing, in milliseconds.
pub const DOOR_STREAM_WAIT_MS_MAX: u64 = 60_000;
/// How deep lists and maps of a report may be nested, in levels.
pub const DOOR_DEPTH_MAX: usize = 32;
/// One text of a report, in bytes.
pub const DOOR_STRING_BYTES_MAX: usize = 64 * 1024;
/// The text of a member's message that is kept, in bytes.
pub const DOOR_TEXT_BYTES_MAX: usize = 4 * 1024;
/// Signals of one request.
pub const DOOR_SIGNALS_MAX: usize = 1_000;
/// How long ago a signal may say that it happened, in days; what is older counts as that old.
pub const SENT_PAST_DAYS: i64 = 7;
/// What a sender may report for long, in signals a second.
pub const SENDER_SIGNALS_PER_S: u32 = 100;
/// What a sender may report at once, in signals.
pub const SENDER_BURST_SIGNALS: u32 = 1_000;
/// How old what a platform has signed may be, in seconds: what is older might be a repeat that nobody remembers.
pub const HOOK_AGE_S_MAX: u64 = 7 * 86_400;
/// How far the instant that DingTalk signs may be from now, in seconds.
pub const DINGTALK_SKEW_S_MAX: u64 = 3_600;
/// How far the instant of a signature may be from now, in seconds.
pub const SIGNATURE_SKEW_S_MAX: u64 = 300;
/// Things on the list of one task: whoever may have a seat is on the list at the door.
pub const LIST_ITEMS_MAX: usize = SEATS_MAX as usize;
/// Messages to be taken away that one task quotes; it counts the others.
pub const DELETES_SHOWN: usize = 10;
/// Things on a list that a message or a refusal names.
pub const LIST_ITEMS_SHOWN: usize = 20;

/// Of how many members who leave by a list the names are said.
pub const LEAVING_SHOWN: usize = 20;
/// What is answered to one thing on a list, in bytes.
pub const LIST_ANSWER_BYTES_MAX: usize = 4 * 1024;
/// Signatures of one request that are tried.
pub const SIGNATURES_MAX: usize = 16;
/// One message of a WebSocket, in bytes.
pub const SOCKET_MESSAGE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// How long opening a WebSocket may take, in milliseconds.
pub const SOCKET_OPEN_MS_MAX: u64 = 10_000;
/// Facts that an ear hands over at once.
pub const EAR_SIGNALS_MAX: usize = 4_000;
/// The answer to what an ear asks a platform, in bytes.
pub const EAR_ANSWER_BYTES_MAX: usize = 8 * 1024 * 1024;
/// The first pause of an ear whose connection broke, in milliseconds; each further one is twice as long.
pub const EAR_PAUSE_MS_MIN: u64 = 1_000;
/// The longest such pause, in milliseconds.
pub const EAR_PAUSE_MS_MAX: u64 = 60_000;
/// For how long an ear has to be well before its next pause is the first again, in milliseconds.
pub const EAR_WELL_MS: i64 = 60_000;
/// An ear tries again after this when its credential is refused or its connection is another's, in milliseconds.
pub const EAR_REFUSED_MS: u64 = 300_000;
/// See [`EAR_REFUSED_MS`]; where another program holds the connection.
pub const EAR_ELSEWHERE_MS: u64 = 60_000;
/// By how much the clocks have to be apart for an ear to take it that the machine slept, in milliseconds.
pub const EAR_SLEPT_MS: i64 = 30_000;
/// How often an ear looks at the clocks, in milliseconds.
pub const EAR_LOOK_MS: u64 = 5_000;
/// A question that brings nothing at once is not asked again sooner than this, in milliseconds.
pub const EAR_EMPTY_MS_MIN: u64 = 1_000;
/// Happenings of late that an ear remembers so as to tell of each once.
pub const EAR_RECENT_MAX: usize = 1_024;
/// An ear that heard nothing for longer asks the platform's history what was said meanwhile, in milliseconds.
pub const EAR_AWAY_MS: i64 = 60_000;
/// Pieces of events that are not whole yet, and of one event.
pub const EAR_PIECES_MAX: usize = 256;
/// Pages of a chat's history that are read after a gap.
pub const EAR_PAGES_MAX: usize = 50;
/// How long facts from an ear may wait for their commit before they are handed over again, in milliseconds.
pub const EAR_COMMIT_MS_MAX: u64 = 30_000;
/// For how long a question counts as put just now, in milliseconds: what the platform calls it may not be known yet.
pub const EAR_ASKED_LATELY_MS: i64 = 60_000;
/// How often is looked what the platform calls a question that was put just now.
pub const EAR_ASKED_TRIES_MAX: usize = 8;
/// For how long a report from outside is known again, in days.
pub const INBOX_KEEP_DAYS: i64 = 8;
/// For how long the journal has the fields and the words of somebody who left, and anything of somebody who asked to come
/// in and did not, in days.
pub const LEAVERS_KEEP_DAYS: i64 = 30;
/// How long what was kept long enough stays in the journal of an engine that runs on, in days.
pub const REWRITE_AFTER_DAYS: i64 = 7;
/// Reports that are known again, in rows; beyond, the oldest are forgotten.
pub const INBOX_ROWS_MAX: usize = 5_000_000;
/// Reports that one idle moment forgets.
pub const INBOX_PRUNE_ROWS_MAX: usize = 10_000;

/// The key of a state directory with which forms and links are sealed, in bytes.
pub const CONSOLE_KEY_BYTES: usize = 32;
/// A seal, in bytes.
pub const SEAL_BYTES: usize = 16;
/// The code of a link that signs in, in characters of five bits.
pub const LOGIN_CODE_CHARS: usize = 12;
/// How long such a link holds, in milliseconds.
pub const LOGIN_MS_MAX: i64 = 10 * 60_000;
/// Such links that were given out and not used; of more the oldest does not hold any more.
pub const LOGINS_OFFERED_MAX: usize = 64;
/// What the cookie of a session holds, in bytes.
pub const SESSION_BYTES: usize = 32;
/// Tokens of programs; no more are given out.
pub const TOKENS_MAX: usize = 100;
/// Sessions; of more the one that was seen longest ago ends.
pub const SESSIONS_MAX: usize = 1_000;
/// How long a session may say nothing, in milliseconds.
pub const SESSION_IDLE_MS_MAX: i64 = 30 * 86_400_000;
/// How exactly it is kept when a session was seen, in milliseconds.
pub const SESSION_SEEN_MS: i64 = 10 * 60_000;
/// How long a browser keeps a cookie of ours, in seconds.
pub const COOKIE_S_MAX: i64 = 400 * 86_400;
/// A form that is sent in, in bytes: 256 for each of as many members as one decision brings in.
pub const FORM_BYTES_MAX: usize = 256 * MEMBERS_AT_ONCE_MAX;
/// The fields of a form.
pub const FORM_FIELDS_MAX: usize = 2_000;
/// Groups that one press is for.
pub const PRESS_GROUPS_MAX: usize = 1_000;
/// How long a page waits until it shows what was just pressed, in milliseconds.
pub const PAGE_WAIT_MS_MAX: u64 = 1_000;
/// How long a press waits for its commit, in milliseconds.
pub const PRESS_MS_MAX: u64 = 10_000;
/// What presses came to, for the page that is shown after them.
pub const PRESSES_TOLD_MAX: usize = 1_000;
/// Places that are asked one by one whether a reader sees them, before a page stops counting.
pub const PLACES_LOOKED_AT_MAX: usize = 2_000;
/// How long a page waits until what was decided before it is on the board, in milliseconds.
pub const BOARD_WAIT_MS_MAX: u64 = 300;
/// Groups that are named where many have the same.
pub const GROUPS_NAMED_MAX: usize = 3;
/// Groups that one press hushes at the same time.
pub const HUSHED_AT_ONCE: usize = 64;
/// How long before its moment a run opens the page of today, in milliseconds.
pub const EVENING_BEFORE_MS: i64 = 3 * 3_600_000;
/// How long after its moment it still does.
pub const EVENING_AFTER_MS: i64 = 12 * 3_600_000;
/// Evenings that the page of today opens with.
pub const EVENINGS_SHOWN: usize = 6;
/// Members that a search through all groups finds at most.
pub const PEOPLE_FOUND_MAX: usize = 50;
/// Members that such a search looks at.
pub const PEOPLE_LOOKED_AT_MAX: usize = 50_000;
/// Members of a decision whom a page lets one take out by a press.
pub const CHOSEN_SHOWN: usize = 500;
/// Answers to questions that one address may send in a minute.
pub const BALLOTS_PER_MINUTE: u32 = 20;
/// Addresses of which it is known how many answers came in the last minute.
pub const BALLOT_ADDRESSES_MAX: usize = 10_000;
/// The name that somebody gives with an answer, in characters.
pub const BALLOT_NAME_CHARS_MAX: usize = 60;
/// Decisions of a group about people that are looked through for who answered a task.
pub const CLOSED_LOOK_BACK: usize = 2_000;
/// Entries of a group's journal that a page goes through to say why.
pub const WHY_ENTRIES_MAX: usize = 200_000;
/// Pages that do so at the same time.
pub const WHY_AT_ONCE: usize = 2;
/// Rows of what did not happen on one page.
pub const MISSED_SHOWN: usize = 20;
/// Decisions by which something did not happen lately that one page reads.
pub const MISSED_LOOK_BACK: usize = 2_000;
/// How long ago something may have failed to happen and is still shown, in milliseconds.
pub const MISSED_SHOWN_MS: i64 = 36 * 3_600_000;
/// The messages of one member that one rule of `moderate` counts.
pub const MODERATED_WINDOW_MAX: usize = 200;
/// Members whose messages are counted by rules; of more the one who was silent longest is not counted any more.
pub const MODERATED_MEMBERS_MAX: usize = 4_096;
/// Strikes of one member that are kept, the last ones.
pub const STRIKES_KEPT_MAX: usize = 32;
/// Members who have strikes; of more the one whose last is oldest has none any more.
pub const STRUCK_MEMBERS_MAX: usize = 10_000;
/// What a rule would have caught while it only watches, the last ones.
pub const WATCHED_KEPT_MAX: usize = 20;
/// Rules whose beginning is remembered.
pub const MODERATE_RULES_MAX: usize = 200;
/// Decisions about members that wait for a judge in one group.
pub const MODERATE_CASES_MAX: usize = TASKS_OPEN_MAX;
/// Of a message that breaks a rule, what the member and the judge are shown, in characters.
pub const BREACH_CHARS_MAX: usize = 160;
/// Messages, replies and the like of which the doctor takes a share for a sign of anything.
pub const DOCTOR_SAMPLE_MIN: u64 = 20;
/// The same of what is rare: newcomers who speak, questions of a week.
pub const DOCTOR_RARE_MIN: u64 = 5;
