#ifndef JITSLAB_UNITTESTS_LIVES_HOSTFUNCTIONS_H
#define JITSLAB_UNITTESTS_LIVES_HOSTFUNCTIONS_H

namespace jitslab {

using LifeFunction = int(int);

/// How often this thread's exceptions met frames that clean up, since the last
/// call.
int takeCleanups();

/// What lives_relay calls in this thread.
void setRelayTarget(LifeFunction *Target);

/// Calls \p F. \returns its result, or what it threw times 2 plus how many
/// frames were cleaned up.
int callOrCatch(LifeFunction *F, int Argument);

} // namespace jitslab

extern "C" {
int lives_callback(int X);
int lives_relay(int X);
int lives_throw(int X);
int lives_cleanup(int X);
/// Takes what an exception's landing pad has.
int lives_caught(void *Exception);
}

#endif // JITSLAB_UNITTESTS_LIVES_HOSTFUNCTIONS_H
