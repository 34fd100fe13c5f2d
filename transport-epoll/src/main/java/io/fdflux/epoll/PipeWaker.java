package io.fdflux.epoll;

import io.fdflux.posix.io.WakeupPipe;
import java.io.IOException;

/** Wakes an epoll wait by a byte in a pipe, if eventfd(2) is refused. */
final class PipeWaker implements Waker {

    private final WakeupPipe pipe = new WakeupPipe();

    PipeWaker() throws IOException {}

    @Override
    public String means() {
        return "pipe";
    }

    @Override
    public int fd() {
        return pipe.fd();
    }

    @Override
    public void wakeup() {
        pipe.wakeup();
    }

    @Override
    public void woken() {
        pipe.drain();
    }

    @Override
    public void close() {
        pipe.close();
    }
}
