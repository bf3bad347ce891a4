//! The one test binary: promises only the whole can show, one module for each kind.

// Who did what is written down with what was done.
mod audit;
// Published campaigns, played again on a file, count what was published.
mod replay;
// Random worlds: whatever happens on the way, everybody ends with the same.
mod converge;
// What is promised whatever the server's disk does.
mod bad_disks;
// What a backup is good for.
mod backup;
// A disk that loses power, fills up and fails under the real store.
mod crash;
// A device from its invite to its end.
mod device_life;
// A person can be erased, wherever they stood.
mod erasure;
// Days in a commune, told in the words of the field.
mod field_day;
// What the console asks first does not read everything.
mod first_question;
// What nobody honest sends gets its own answer and changes nothing.
mod hostile;
// The whole server as phones and consoles meet it.
mod http;
// What nobody writes to is packed, and nobody can tell.
mod closing;
// Documents from elsewhere come in by one command.
mod import;
// Single documents lent for a while.
mod lending;
// Phones that were lost, copied, or put to other work.
mod lost;
// Somebody's word on two dossiers with one personal number.
mod pairing;
// Every cell of the table of permissions, tried over HTTP.
mod permissions;
// What stands in the store is what the log says.
mod recount;
// A document can lose its history, and nobody's late work is lost by it.
mod refounding;
// What earlier versions stored is opened.
mod released;
// What is kept for a term goes by itself.
mod retention;
// What stands around every route.
mod shell;
// Every store keeps the same promises, whatever happens to its disk.
mod store;
// The rules of the house, as far as a machine can see them.
mod tidy;
// The test language: phones, server, network, clocks.
mod world;
