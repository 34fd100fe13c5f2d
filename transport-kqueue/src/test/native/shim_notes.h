/* Applies changes to the shim's notes and to libkqueue's. All functions are called with kq.lock. */
static bool in_range(uintptr_t fd) { return fd < MAX_FD; }

static int side_of(int filter) { return filter == EVFILT_READ ? 0 : 1; }

static int filter_of(int side) { return side == 0 ? EVFILT_READ : EVFILT_WRITE; }

static struct note *find(struct kq *kq, uintptr_t fd, int filter)
{
    struct pair *pair = in_range(fd) ? kq->notes[fd] : NULL;
    return pair != NULL && pair->side[side_of(filter)].present ? &pair->side[side_of(filter)] : NULL;
}

static int lib_change(struct kq *kq, uintptr_t ident, int filter, int flags, uint32_t fflags)
{
    struct kevent change = {ident, (int16_t)filter, (uint16_t)flags, fflags, 0, NULL};
    /* Without capacity for events, libkqueue reports a failed change by -1 and never waits. */
    return real_kevent(kq->id, &change, 1, NULL, 0, NULL);
}

static bool low_water(const struct note *note) { return (note->fflags & NOTE_LOWAT) != 0 && !ignore_lowat; }

static bool spent_by_event(const struct note *note)
{
    return (note->flags & EV_ONESHOT) != 0 || ((note->flags & EV_DISPATCH) != 0 && !ignore_dispatch);
}

/* Makes libkqueue watch. Returns 0 or the errno of a BSD kernel. */
static int arm(struct kq *kq, uintptr_t fd, int filter, struct note *note)
{
    uintptr_t ident = fd;
    if (filter == EVFILT_WRITE) {
        note->dup = fcntl((int)fd, F_DUPFD_CLOEXEC, 0);
        if (note->dup < 0) {
            return errno;
        }
        if (!in_range((uintptr_t)note->dup)) {
            syscall(SYS_close, note->dup);
            return EMFILE;
        }
        origin[note->dup] = (int)fd + 1;
        ident = (uintptr_t)note->dup;
    }
    int flags = EV_ADD;
    if (low_water(note) || (note->flags & EV_CLEAR) != 0) {
        flags |= EV_CLEAR;
    } else if (spent_by_event(note)) {
        flags |= EV_ONESHOT;
    }
    if (lib_change(kq, ident, filter, flags, 0) < 0) {
        if (filter == EVFILT_WRITE) {
            origin[note->dup] = 0;
            syscall(SYS_close, note->dup);
            note->dup = -1;
        }
        return EINVAL; /* libkqueue always returns EFAULT; kqueue returns EINVAL for a file that cannot be watched */
    }
    note->armed = true;
    return 0;
}

static void disarm(struct kq *kq, uintptr_t fd, int filter, struct note *note)
{
    if (note->armed) {
        /* May fail if libkqueue has dropped the note, or the descriptor was closed past the shim. */
        lib_change(kq, filter == EVFILT_WRITE ? (uintptr_t)note->dup : fd, filter, EV_DELETE, 0);
    }
    if (filter == EVFILT_WRITE && note->dup >= 0) {
        origin[note->dup] = 0;
        syscall(SYS_close, note->dup);
        note->dup = -1;
    }
    note->armed = false;
}

static void drop(struct kq *kq, uintptr_t fd, int filter)
{
    struct pair *pair = kq->notes[fd];
    struct note *note = &pair->side[side_of(filter)];
    disarm(kq, fd, filter, note);
    memset(note, 0, sizeof *note);
    note->dup = -1;
    if (!pair->side[0].present && !pair->side[1].present) {
        kq->notes[fd] = NULL;
        free(pair);
        noted[fd]--;
    }
}

static int change_descriptor(struct kq *kq, const struct kevent *change)
{
    uintptr_t fd = change->ident;
    if (!in_range(fd) || fcntl((int)fd, F_GETFD) < 0) {
        return EBADF;
    }
    struct note *note = find(kq, fd, change->filter);
    if (note == NULL && (change->flags & EV_ADD) == 0) {
        return ENOENT;
    }
    if ((change->flags & EV_DELETE) != 0) {
        drop(kq, fd, change->filter);
        return 0;
    }
    if ((change->flags & EV_ADD) != 0) {
        if (note == NULL) {
            if ((change->flags & EV_DISPATCH) != 0 && refuse_dispatch) {
                return EINVAL;
            }
            if (kq->notes[fd] == NULL) {
                kq->notes[fd] = calloc(1, sizeof(struct pair));
                kq->notes[fd]->side[0].dup = kq->notes[fd]->side[1].dup = -1;
                noted[fd]++;
            }
            note = &kq->notes[fd]->side[side_of(change->filter)];
            note->present = note->enabled = true;
            note->flags = change->flags;
        }
        disarm(kq, fd, change->filter, note); /* adding again reports existing readiness, with the new mark */
        note->fflags = change->fflags;
        note->data = change->data;
    }
    note->udata = change->udata; /* FreeBSD stores it from every change */
    if ((change->flags & EV_ENABLE) != 0) {
        note->enabled = true;
    }
    if ((change->flags & EV_DISABLE) != 0) {
        note->enabled = false;
    }
    int error = 0;
    if (note->enabled && !note->armed) {
        error = arm(kq, fd, change->filter, note);
    } else if (!note->enabled) {
        disarm(kq, fd, change->filter, note);
    }
    if (error != 0) {
        drop(kq, fd, change->filter);
    }
    return error;
}

#include "shim_others.h"

static int apply(struct kq *kq, const struct kevent *change)
{
    switch (change->filter) {
    case EVFILT_READ:
    case EVFILT_WRITE:
        return change_descriptor(kq, change);
    case EVFILT_VNODE:
    case EVFILT_TIMER:
        return change_other(kq, change);
    case EVFILT_USER:
        if (refuse_user) {
            return EINVAL;
        }
        return real_kevent(kq->id, change, 1, NULL, 0, NULL) < 0 ? errno : 0;
    default:
        return EINVAL;
    }
}
