// Tells ThreadSanitizer what CAF orders. Debian's libcaf_core is not instrumented: the atomics of
// its mailboxes and of its scheduler are invisible, and each message would look like a race between
// its sender and its receiver. These functions stand before the library's own of the same name and
// say that what was done before a message was put into a mailbox happened before its handler, that
// one handler of an actor happened before the next, and all of them before the actor's end. Only
// the program for ThreadSanitizer has them; races between our own threads stay visible.

#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

namespace {

/// The library's function behind the one of the same name here.
template <class Function>
Function* behind(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

// By the Itanium ABI `this` is a first argument, a unique_ptr with a deleter comes as the address
// of its one pointer, and a returned unique_ptr is written where a hidden first argument says.
extern "C" {

#define SCHEDULED "_ZN3caf15scheduled_actor"
#define BLOCKING "_ZN3caf14blocking_actor"
#define ENQUEUE \
  "7enqueueESt10unique_ptrINS_15mailbox_elementENS_6detail8disposerEEPNS_14execution_unitE"

void scheduled_enqueue(void* self, void** message, void* context) asm(SCHEDULED ENQUEUE);
void scheduled_enqueue(void* self, void** message, void* context) {
  static auto* next = behind<void(void*, void**, void*)>(SCHEDULED ENQUEUE);
  __tsan_release(*message);
  next(self, message, context);
}

void blocking_enqueue(void* self, void** message, void* context) asm(BLOCKING ENQUEUE);
void blocking_enqueue(void* self, void** message, void* context) {
  static auto* next = behind<void(void*, void**, void*)>(BLOCKING ENQUEUE);
  __tsan_release(*message);
  next(self, message, context);
}

#define DEQUEUE BLOCKING "7dequeueEv"
void** blocking_dequeue(void** message, void* self) asm(DEQUEUE);
void** blocking_dequeue(void** message, void* self) {
  static auto* next = behind<void**(void**, void*)>(DEQUEUE);
  next(message, self);
  __tsan_acquire(*message);
  return message;
}

#define REACTIVATE SCHEDULED "10reactivateERNS_15mailbox_elementE"
int scheduled_reactivate(void* self, void* message) asm(REACTIVATE);
int scheduled_reactivate(void* self, void* message) {
  static auto* next = behind<int(void*, void*)>(REACTIVATE);
  __tsan_acquire(self);
  __tsan_acquire(message);
  const auto result = next(self, message);
  __tsan_release(self);
  return result;
}

#define LAUNCH SCHEDULED "6launchEPNS_14execution_unitEbb"
void scheduled_launch(void* self, void* context, bool lazy, bool hidden) asm(LAUNCH);
void scheduled_launch(void* self, void* context, bool lazy, bool hidden) {
  static auto* next = behind<void(void*, void*, bool, bool)>(LAUNCH);
  __tsan_release(self);
  next(self, context, lazy, hidden);
}

#define ACTIVATE SCHEDULED "8activateEPNS_14execution_unitE"
bool scheduled_activate(void* self, void* context) asm(ACTIVATE);
bool scheduled_activate(void* self, void* context) {
  static auto* next = behind<bool(void*, void*)>(ACTIVATE);
  __tsan_acquire(self);
  const auto result = next(self, context);
  __tsan_release(self);
  return result;
}

#define CLEANUP SCHEDULED "7cleanupEONS_5errorEPNS_14execution_unitE"
bool scheduled_cleanup(void* self, void* reason, void* context) asm(CLEANUP);
bool scheduled_cleanup(void* self, void* reason, void* context) {
  static auto* next = behind<bool(void*, void*, void*)>(CLEANUP);
  __tsan_acquire(self);
  const auto result = next(self, reason, context);
  __tsan_release(self);
  return result;
}

// A reference is counted down with acquire and release; whoever is last destroys what all have
// used.
#define LET_GO "_ZN3caf21intrusive_ptr_releaseEPNS_19actor_control_blockE"
void let_go(void* actor) asm(LET_GO);
void let_go(void* actor) {
  static auto* next = behind<void(void*)>(LET_GO);
  __tsan_release(actor);
  __tsan_acquire(actor);
  next(actor);
}

#define LET_GO_WEAK "_ZN3caf26intrusive_ptr_release_weakEPNS_19actor_control_blockE"
void let_go_weak(void* actor) asm(LET_GO_WEAK);
void let_go_weak(void* actor) {
  static auto* next = behind<void(void*)>(LET_GO_WEAK);
  __tsan_release(actor);
  __tsan_acquire(actor);
  next(actor);
}
}
