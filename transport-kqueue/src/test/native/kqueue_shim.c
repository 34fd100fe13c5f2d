/*
 * Emulates the kqueue(2) of a BSD kernel on Linux, over libkqueue, for tests only. See README.md.
 *
 * libkqueue waits, and the shim keeps the notes. A note of libkqueue exists only while the shim's note is armed:
 *
 *   our note                      libkqueue's note
 *   EV_DISPATCH, EV_ONESHOT       EV_ADD|EV_ONESHOT, gone with its event
 *   the same with NOTE_LOWAT      EV_ADD|EV_CLEAR, events below the mark are swallowed, deleted with its event
 *   EV_CLEAR, or none of these    EV_ADD with the same flag
 *
 * EVFILT_WRITE watches a dup of the descriptor, because libkqueue takes one filter per descriptor.
 *
 * Locks: registry -> kq.lock -> libkqueue's own. No note is deleted while another thread is in libkqueue's wait,
 * because that thread would use it after free. Instead the waiting thread is woken and deletes the note.
 */
#define _GNU_SOURCE
#include "shim_library.h"

#include "shim_notes.h"

#include "shim_events.h"

#include "shim_errors.h"

static void bury(struct kq *kq)
{
    if (!kq->doomed) {
        return;
    }
    kq->doomed = false;
    for (uintptr_t fd = 0; fd < MAX_FD; fd++) {
        for (int side = 0; side < 2; side++) {
            if (kq->notes[fd] != NULL && kq->notes[fd]->side[side].doomed) {
                drop(kq, fd, filter_of(side));
            }
        }
    }
}

static int64_t nanos(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static int wait_events(struct kq *kq, struct kevent *events, int room_left, const struct timespec *timeout)
{
    int64_t limit = timeout == NULL ? INT64_C(3600000000000) : timeout->tv_sec * INT64_C(1000000000) + timeout->tv_nsec;
    int64_t deadline = nanos() + limit;
    int written = 0;
    for (;;) {
        int64_t left = deadline - nanos();
        if (left < 0 || limit == 0 || written > 0) {
            left = 0;
        }
        struct timespec slice = {left / 1000000000, left % 1000000000};
        int wanted = room_left - written < BATCH ? room_left - written : BATCH;
        kq->waiting = true;
        pthread_mutex_unlock(&kq->lock);
        int count = real_kevent(kq->id, NULL, 0, kq->batch, wanted, &slice);
        int error = errno;
        pthread_mutex_lock(&kq->lock);
        kq->waiting = false;
        kq->rounds++;
        if (count > 0) {
            written += collect(kq, count, events + written);
        }
        bury(kq);
        pthread_cond_broadcast(&kq->left);
        if (kq->closing) {
            errno = EBADF;
            return -1;
        }
        if (count < 0 && written == 0) {
            errno = error;
            return -1;
        }
        bool more = count == wanted && written < room_left; /* libkqueue stops at 512: poll for the others */
        if (!more && (written > 0 || (timeout != NULL && (limit == 0 || nanos() >= deadline)))) {
            return written;
        }
        if (timeout == NULL) {
            deadline = nanos() + limit;
        }
    }
}

static bool is_pipe(int fd, ino_t pipe)
{
    struct stat found;
    return fstat(fd, &found) == 0 && S_ISFIFO(found.st_mode) && found.st_ino == pipe;
}

/* pipe(2) takes the lowest free numbers, the reading end first. */
static void find_other_end(struct kq *kq)
{
    struct stat own;
    kq->other_end = fstat(kq->id, &own) == 0 ? kq->id - 1 : -1;
    kq->pipe = own.st_ino;
    while (kq->other_end >= 0 && !is_pipe(kq->other_end, kq->pipe)) {
        kq->other_end--;
    }
}

/*
 * libkqueue's own thread learns of a close by a signal, which names the reading end, and then closes that. If a new
 * kqueue has one of the two numbers by then, the thread takes the new one for the closed one, and reads its pipe for
 * ever, with libkqueue's lock. So no kqueue is made before the thread has done its work. Called with the registry's lock.
 */
static void await_cleaning(struct kq *kq)
{
    struct timespec pause = {0, 20000};
    int64_t deadline = nanos() + INT64_C(10000000000);
    while (kq->other_end >= 0 && is_pipe(kq->other_end, kq->pipe) && nanos() < deadline) {
        nanosleep(&pause, NULL);
    }
}

EXPORT int kqueue(void)
{
    pthread_once(&loaded, load);
    if (real_kqueue == NULL || real_kevent == NULL) {
        errno = ENOSYS;
        return -1;
    }
    pthread_mutex_lock(&registry);
    struct kq *kq = NULL;
    for (int i = 0; kq == NULL && i < MAX_KQ; i++) {
        if (queues[i] == NULL) {
            queues[i] = calloc(1, sizeof **queues);
            pthread_mutex_init(&queues[i]->lock, NULL);
            pthread_cond_init(&queues[i]->left, NULL);
            queues[i]->id = -1;
        }
        kq = queues[i]->id < 0 ? queues[i] : NULL;
    }
    int id = kq == NULL ? -1 : real_kqueue();
    if (id >= MAX_FD) {
        syscall(SYS_close, id);
        id = -1;
    }
    if (id < 0) {
        pthread_mutex_unlock(&registry);
        errno = EMFILE;
        return -1;
    }
    fcntl(id, F_SETFD, FD_CLOEXEC);
    kq->id = id;
    find_other_end(kq);
    kq->waiting = kq->closing = kq->doomed = false;
    lib_change(kq, WAKE_IDENT, EVFILT_USER, EV_ADD | EV_CLEAR, 0);
    queue_of[id] = kq;
    pthread_mutex_unlock(&registry);
    return id;
}

EXPORT int kevent(int id, const struct kevent *changes, int change_count, struct kevent *events, int room_left,
                  const struct timespec *timeout)
{
    struct kq *kq = id >= 0 && id < MAX_FD ? queue_of[id] : NULL;
    if (kq == NULL) {
        errno = EBADF;
        return -1;
    }
    if (no_memory && change_count > 0) {
        errno = ENOMEM;
        return -1;
    }
    pthread_mutex_lock(&kq->lock);
    int failed = 0;
    for (int i = 0; i < change_count; i++) {
        int error = apply(kq, &changes[i]);
        if (error == 0 && (changes[i].flags & EV_RECEIPT) == 0) {
            continue;
        }
        if (failed == room_left) {
            pthread_mutex_unlock(&kq->lock); /* no capacity: the later changes are skipped */
            errno = error;
            return error == 0 ? failed : -1;
        }
        events[failed] = changes[i];
        events[failed].flags = EV_ERROR;
        events[failed++].data = error;
    }
    int result = failed;
    if (failed == 0 && room_left > 0) { /* without capacity for events a kernel never waits */
        result = wait_events(kq, events, room_left, timeout);
    }
    int error = errno;
    pthread_mutex_unlock(&kq->lock);
    errno = error;
    return result;
}

/* Wakes the waiting thread, if any, so that it deletes notes or leaves. Called with the lock. */
static void hand_over(struct kq *kq)
{
    unsigned round = kq->rounds;
    while (kq->waiting && kq->rounds == round) {
        lib_change(kq, WAKE_IDENT, EVFILT_USER, 0, NOTE_TRIGGER);
        pthread_cond_wait(&kq->left, &kq->lock);
    }
}

static void forget(struct kq *kq, uintptr_t fd)
{
    pthread_mutex_lock(&kq->lock);
    if (kq->id >= 0 && kq->notes[fd] != NULL) {
        if (kq->waiting) {
            kq->notes[fd]->side[0].doomed = kq->notes[fd]->side[0].present;
            kq->notes[fd]->side[1].doomed = kq->notes[fd]->side[1].present;
            kq->doomed = true;
            hand_over(kq);
        } else {
            for (int side = 0; side < 2; side++) {
                if (kq->notes[fd] != NULL && kq->notes[fd]->side[side].present) {
                    drop(kq, fd, filter_of(side));
                }
            }
        }
    }
    pthread_mutex_unlock(&kq->lock);
}

static void close_queue(struct kq *kq)
{
    pthread_mutex_lock(&kq->lock);
    queue_of[kq->id] = NULL;
    kq->closing = true;
    hand_over(kq);
    /* Delete the notes here, because libkqueue's cleaning thread would walk them while it frees them. */
    for (uintptr_t fd = 0; fd < MAX_FD; fd++) {
        for (int side = 0; side < 2; side++) {
            if (kq->notes[fd] != NULL && kq->notes[fd]->side[side].present) {
                drop(kq, fd, filter_of(side));
            }
        }
    }
    drop_others(kq);
    lib_change(kq, WAKE_IDENT, EVFILT_USER, EV_DELETE, 0);
    syscall(SYS_close, kq->id);
    await_cleaning(kq);
    kq->id = -1;
    pthread_mutex_unlock(&kq->lock);
}

/* Deletes the notes of a number that is about to be closed or replaced. Closes a kqueue, and returns true for one. */
static bool drop_watches(int fd)
{
    if (fd < 0 || fd >= MAX_FD) {
        return false;
    }
    socket_error[fd] = 0;
    if (queue_of[fd] == NULL && noted[fd] == 0) {
        return false;
    }
    pthread_mutex_lock(&registry);
    bool is_queue = queue_of[fd] != NULL;
    if (is_queue) {
        close_queue(queue_of[fd]);
    } else {
        for (int i = 0; i < MAX_KQ && queues[i] != NULL; i++) {
            forget(queues[i], (uintptr_t)fd);
        }
    }
    pthread_mutex_unlock(&registry);
    return is_queue;
}

EXPORT int close(int fd)
{
    return drop_watches(fd) ? 0 : (int)syscall(SYS_close, fd);
}

EXPORT int dup3(int from, int to, int flags)
{
    if (from != to) {
        drop_watches(to);
    }
    return (int)syscall(SYS_dup3, from, to, flags);
}
