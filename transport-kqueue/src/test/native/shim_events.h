/* Translates events to those of a kernel. All functions are called with kq.lock. */
static bool is_listener(int fd)
{
    int yes = 0;
    socklen_t length = sizeof yes;
    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &yes, &length) == 0 && yes != 0;
}

static bool is_datagram(int fd)
{
    int type = 0;
    socklen_t length = sizeof type;
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_DGRAM;
}

/* The pending connections of a listener, which TCP_INFO reports in the field of unacknowledged segments. */
static intptr_t backlog(int fd)
{
    struct tcp_info info;
    socklen_t length = sizeof info;
    memset(&info, 0, sizeof info);
    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) == 0 && info.tcpi_unacked > 0
        ? (intptr_t)info.tcpi_unacked : 1;
}

/* The approximate free space. libkqueue reports the queued bytes instead. */
static intptr_t room(int fd)
{
    int size = 0, queued = 0;
    socklen_t length = sizeof size;
    if (getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, &length) < 0 || ioctl(fd, SIOCOUTQ, &queued) < 0) {
        return PIPE_BUF;
    }
    return size > queued ? size - queued : 1;
}

/* Translates libkqueue's event. Returns false if a kernel would not report it. */
static bool translate(const struct kevent *event, uintptr_t fd, const struct note *note, struct kevent *out)
{
    *out = *event;
    out->ident = fd;
    out->udata = note->udata;
    out->flags = note->flags & (EV_ONESHOT | EV_CLEAR | EV_DISPATCH);
    out->fflags = 0;
    struct pollfd now = {(int)fd, event->filter == EVFILT_READ ? POLLIN | POLLRDHUP : POLLOUT, 0};
    if (poll(&now, 1, 0) < 0 || (now.revents & POLLNVAL) != 0) {
        return false;
    }
    struct stat status;
    bool socket = fstat((int)fd, &status) == 0 && S_ISSOCK(status.st_mode);
    if (socket && event->fflags != 0) {
        socket_error[fd] = (int)event->fflags; /* getsockopt(SO_ERROR) has cleared it: keep it for the next call */
    }
    /* HUP without RDHUP is a socket whose connect failed or was never made. ERR on a pipe is a lost reader. */
    bool failed = (now.revents & POLLERR) != 0 || socket_error[fd] != 0;
    bool eof = (now.revents & (POLLRDHUP | POLLHUP)) != 0 || (failed && !is_datagram((int)fd));
    if (eof) {
        out->flags |= EV_EOF;
        out->fflags = socket ? (uint32_t)socket_error[fd] : 0;
    }
    if (event->filter == EVFILT_WRITE) {
        out->data = eof ? 0 : room((int)fd);
        return eof || failed || (now.revents & POLLOUT) != 0;
    }
    if (socket && is_listener((int)fd)) {
        out->data = backlog((int)fd);
        return (now.revents & POLLIN) != 0;
    }
    int bytes = 0;
    if (S_ISREG(status.st_mode)) {
        out->flags &= (uint16_t)~EV_EOF;
        return true;
    }
    out->data = ioctl((int)fd, FIONREAD, &bytes) == 0 ? bytes : 0;
    if (low_water(note) && !eof) {
        return out->data >= note->data;
    }
    /* libkqueue reports "no bytes" as the end, although they may have been read after the event was queued. */
    return eof || failed || (now.revents & POLLIN) != 0;
}

static int collect(struct kq *kq, int count, struct kevent *events)
{
    int written = 0;
    for (int i = 0; i < count; i++) {
        const struct kevent *event = &kq->batch[i];
        if (event->filter == EVFILT_USER) {
            if (event->ident != WAKE_IDENT) {
                events[written++] = *event;
            }
            continue;
        }
        if (event->filter == EVFILT_VNODE || event->filter == EVFILT_TIMER) {
            written += collect_other(kq, event, &events[written]) ? 1 : 0;
            continue;
        }
        uintptr_t fd = event->ident;
        if (event->filter == EVFILT_WRITE) {
            if (!in_range(fd) || origin[fd] == 0) {
                continue;
            }
            fd = (uintptr_t)origin[fd] - 1;
        }
        struct note *note = find(kq, fd, event->filter);
        if (note == NULL || note->doomed) {
            continue;
        }
        bool lib_once = spent_by_event(note) && !low_water(note) && (note->flags & EV_CLEAR) == 0;
        if (lib_once) {
            note->armed = false; /* libkqueue has deleted its note with the event */
        }
        if (!translate(event, fd, note, &events[written])) {
            if (lib_once) {
                disarm(kq, fd, event->filter, note);
                arm(kq, fd, event->filter, note);
            }
            continue;
        }
        written++;
        if (spent_by_event(note)) {
            disarm(kq, fd, event->filter, note);
            note->enabled = false;
            if ((note->flags & EV_ONESHOT) != 0) {
                drop(kq, fd, event->filter);
            }
        }
    }
    return written;
}
