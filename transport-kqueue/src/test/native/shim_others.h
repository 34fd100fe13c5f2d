/*
 * Passes on notes that are no descriptor's readiness: EVFILT_VNODE and EVFILT_TIMER. EV_DISPATCH is ignored beside
 * EV_CLEAR, as some kernels do, because libkqueue would lose what happens while a note is disabled. libkqueue 2.3.1 has no
 * EVFILT_PROC, and its EVFILT_SIGNAL needs signals that are blocked in all threads: both are refused. All functions are
 * called with kq.lock.
 */
static struct other *find_other(struct kq *kq, int filter, uintptr_t ident)
{
    for (size_t i = 0; i < kq->other_count; i++) {
        if (kq->others[i].filter == filter && kq->others[i].ident == ident) {
            return &kq->others[i];
        }
    }
    return NULL;
}

static void remove_other(struct kq *kq, struct other *other)
{
    *other = kq->others[--kq->other_count];
}

static struct other *new_other(struct kq *kq, const struct kevent *change)
{
    if (kq->other_count == kq->other_capacity) {
        size_t capacity = kq->other_capacity == 0 ? 16 : kq->other_capacity * 2;
        struct other *larger = realloc(kq->others, capacity * sizeof *larger);
        if (larger == NULL) {
            return NULL;
        }
        kq->others = larger;
        kq->other_capacity = capacity;
    }
    struct other *other = &kq->others[kq->other_count++];
    other->filter = change->filter;
    other->ident = change->ident;
    return other;
}

static int change_other(struct kq *kq, const struct kevent *change)
{
    struct other *other = find_other(kq, change->filter, change->ident);
    if ((change->flags & EV_DELETE) != 0) {
        if (other == NULL) {
            return ENOENT;
        }
        lib_change(kq, change->ident, change->filter, EV_DELETE, 0);
        remove_other(kq, other);
        return 0;
    }
    if ((change->flags & EV_ADD) == 0) {
        return other == NULL ? ENOENT : EINVAL;
    }
    if (change->filter == EVFILT_VNODE && (!in_range(change->ident) || fcntl((int)change->ident, F_GETFD) < 0)) {
        return EBADF;
    }
    if (other != NULL && change->filter == EVFILT_VNODE && other->fflags == change->fflags) {
        other->udata = change->udata; /* adding it again in libkqueue would drop what it has not reported */
        return 0;
    }
    if (other != NULL) {
        lib_change(kq, change->ident, change->filter, EV_DELETE, 0);
    } else if ((other = new_other(kq, change)) == NULL) {
        return ENOMEM;
    }
    other->fflags = change->fflags;
    other->flags = change->flags;
    other->udata = change->udata;
    struct kevent added = *change;
    added.flags = EV_ADD | (change->flags & (EV_CLEAR | EV_ONESHOT));
    if (real_kevent(kq->id, &added, 1, NULL, 0, NULL) < 0) {
        remove_other(kq, other);
        return EINVAL; /* libkqueue always returns EFAULT */
    }
    return 0;
}

/* Translates an event. Returns false for one of a note that is gone. */
static bool collect_other(struct kq *kq, const struct kevent *event, struct kevent *out)
{
    struct other *other = find_other(kq, event->filter, event->ident);
    if (other == NULL) {
        return false;
    }
    *out = *event;
    out->udata = other->udata;
    if ((other->flags & EV_ONESHOT) != 0) {
        remove_other(kq, other); /* libkqueue has deleted its note with the event */
    }
    return true;
}

static void drop_others(struct kq *kq)
{
    while (kq->other_count > 0) {
        struct other *other = &kq->others[kq->other_count - 1];
        lib_change(kq, other->ident, other->filter, EV_DELETE, 0);
        kq->other_count--;
    }
}
