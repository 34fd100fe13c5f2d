package io.fdflux.engine;

import io.fdflux.engine.stream.Input;
import io.fdflux.posix.Errno;
import io.fdflux.spi.BatchSender;
import io.fdflux.spi.Interest;
import io.fdflux.spi.Poller;
import io.fdflux.spi.Readiness;
import io.fdflux.spi.ReadinessSink;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A kernel of {@link EngineModelTest}: open files under numbers, and one poller per loop. It holds its callers to the
 * contract of {@link Poller}. One thread.
 */
final class ModelKernel {

    /** An open file. The bytes that its peer sends are numbered from 0. */
    static final class File {
        /** Another process has it open too, so that epoll's watch outlives a close. */
        final boolean shared;
        /** A short read proves that nothing is left. */
        final boolean stream;
        /** It can say how many bytes are left. */
        final boolean countable;
        /** Its hang-up comes without READABLE unless READ is armed. */
        final boolean hangupAlone;

        int sent;
        int read;
        boolean fin;
        boolean reset;
        private boolean errorTaken;
        int room = 6;

        File(boolean shared, boolean stream, boolean countable, boolean hangupAlone) {
            this.shared = shared;
            this.stream = stream;
            this.countable = countable;
            this.hangupAlone = hangupAlone;
        }

        boolean hasEnded() {
            return fin || reset;
        }

        int unread() {
            return sent - read;
        }

        /** What a read of so many bytes answers. */
        int read(int capacity) {
            int count = Math.min(capacity, unread());
            if (count > 0) {
                read += count;
                return count;
            }
            int errno = takeError();
            return errno != 0 ? -errno : hasEnded() ? Input.END : -Errno.EAGAIN;
        }

        int takeError() {
            if (reset && !errorTaken) {
                errorTaken = true;
                return Errno.ECONNRESET;
            }
            return 0;
        }

        int available() {
            return countable ? unread() : -Errno.EINVAL;
        }
    }

    record Event(long token, int readiness, long available, int errno) {}

    /** Looks on, and knows whose token is whose. */
    interface Observer {
        void beforeUpdate(ModelPoller poller, long token, int before, int now);

        void beforePoll(ModelPoller poller, long timeoutNanos);

        void beforeEvent(ModelPoller poller, Event event);
    }

    private static final class Watch {
        final File file;
        final long token;
        int armed;
        /** Something has changed since the last report: matters where a watch persists. */
        boolean edge;

        Watch(File file, long token) {
            this.file = file;
            this.token = token;
        }

        int readReadiness() {
            boolean read = (armed & Interest.READ) != 0;
            int readiness = read && (file.unread() > 0 || file.hasEnded()) ? Readiness.READABLE : 0;
            if (armed != Interest.NONE && file.hasEnded()) {
                readiness |= Readiness.HANGUP | (read || !file.hangupAlone ? Readiness.READABLE : 0);
                readiness |= file.reset ? Readiness.ERROR : 0;
            }
            return readiness;
        }

        int writeReadiness() {
            return (armed & Interest.WRITE) != 0 && (file.room > 0 || file.reset) ? Readiness.WRITABLE : 0;
        }
    }

    /** The queue of one loop, as epoll's or as kqueue's. */
    final class ModelPoller implements Poller, BatchSender {
        private final Map<Integer, Watch> watches = new TreeMap<>();
        private final List<Event> late = new ArrayList<>();
        private final Set<Long> changed = new HashSet<>();
        long polls;
        int reported;

        @Override
        public int update(int fd, int before, int now, long token) {
            File file = files.get(fd);
            check(file != null, "update of number " + fd + ", which is not open");
            observer.beforeUpdate(this, token, before, now);
            Watch watch = watches.get(fd);
            if (watch == null || watch.token != token) {
                check(before == Interest.NONE, "(7) a stale update of number " + fd + " under token " + token);
                check(watch == null || watch.armed == Interest.NONE, "(7) another token's watch of number " + fd);
                watch = new Watch(file, token);
                watches.put(fd, watch);
            }
            check(watch.file == file, "(7) the watch of number " + fd + " is another file's");
            check(watch.armed == before, "the update of " + fd + " holds " + before + " armed, not " + watch.armed);
            check(before != now, "an update of number " + fd + " that changes nothing");
            check(changed.add(token), "(4) a second update of number " + fd + " in an iteration");
            watch.armed = now;
            watch.edge = true; // arming reports what is there already
            return 1;
        }

        @Override
        public void send(int count, int[] fds, long[] addresses, int[] lengths, int[] results) {
            for (int i = 0; i < count; i++) {
                File file = files.get(fds[i]);
                check(file != null, "a send to number " + fds[i] + ", which is not open");
                int n = Math.min(file.room, lengths[i]);
                file.room -= n;
                results[i] = file.reset ? -Errno.EPIPE : n > 0 ? n : -Errno.EAGAIN;
            }
        }

        int armed(int fd, long token) {
            Watch watch = watches.get(fd);
            return watch == null || watch.token != token ? Interest.NONE : watch.armed;
        }

        @Override
        public int poll(long timeoutNanos, ReadinessSink sink) {
            polls++;
            changed.clear();
            observer.beforePoll(this, timeoutNanos);
            List<Event> events = new ArrayList<>(late);
            late.clear();
            for (Watch watch : watches.values()) {
                if (armSpentByEvent) {
                    reportFilters(watch, events);
                } else {
                    reportEdge(watch, events);
                }
            }
            for (Event event : events) {
                spend(event);
                observer.beforeEvent(this, event);
                sink.event(event.token, event.readiness, event.available, event.errno);
            }
            reported = events.size();
            return reported;
        }

        private void reportEdge(Watch watch, List<Event> events) {
            int readiness = watch.edge ? watch.readReadiness() | watch.writeReadiness() : 0;
            watch.edge = false;
            if (readiness != 0) {
                events.add(new Event(watch.token, readiness, ReadinessSink.UNKNOWN, 0));
            }
        }

        private void reportFilters(Watch watch, List<Event> events) {
            boolean readFilter = (watch.armed & (Interest.READ | Interest.HANGUP)) != 0;
            int read = readFilter ? watch.readReadiness() : 0;
            if (read != 0) {
                boolean counted = (read & Readiness.READABLE) != 0;
                events.add(new Event(
                        watch.token,
                        read,
                        counted ? watch.file.unread() : ReadinessSink.UNKNOWN,
                        watch.file.reset ? Errno.ECONNRESET : 0));
            }
            int write = watch.writeReadiness();
            if (write != 0) {
                events.add(new Event(watch.token, write, ReadinessSink.UNKNOWN, 0));
            }
        }

        private void spend(Event event) {
            for (Watch watch : watches.values()) {
                if (armSpentByEvent && watch.token == event.token) {
                    int readiness = event.readiness;
                    watch.armed &= ~((readiness & Readiness.READABLE) != 0 ? Interest.READ | Interest.HANGUP : 0);
                    watch.armed &= ~((readiness & Readiness.HANGUP) != 0 ? Interest.HANGUP : 0);
                    watch.armed &= ~((readiness & Readiness.WRITABLE) != 0 ? Interest.WRITE : 0);
                }
            }
        }

        /** The next poll reports it, whatever has become of the token. */
        void fetched(Event event) {
            late.add(event);
        }

        @Override
        public void forget(int fd, long token) {
            Watch watch = watches.get(fd);
            if (watch != null && watch.token == token) {
                check(!watch.file.shared || watch.armed == Interest.NONE, "(7) the watch of " + fd + " is left behind");
                watches.remove(fd);
            }
        }

        @Override
        public void wakeup() {
            check(false, "nobody wakes these loops");
        }

        @Override
        public boolean armSpentByEvent() {
            return armSpentByEvent;
        }

        @Override
        public void close() {}
    }

    private final boolean armSpentByEvent;
    private final Map<Integer, File> files = new TreeMap<>();
    private final List<String> problems;
    private final List<ModelPoller> pollers = new ArrayList<>();
    private Observer observer;

    ModelKernel(boolean armSpentByEvent, List<String> problems) {
        this.armSpentByEvent = armSpentByEvent;
        this.problems = problems;
    }

    void observer(Observer looksOn) {
        observer = looksOn;
    }

    ModelPoller newPoller() {
        ModelPoller poller = new ModelPoller();
        pollers.add(poller);
        return poller;
    }

    private void check(boolean holds, String otherwise) {
        if (!holds) {
            problems.add(otherwise);
        }
    }

    /** Opens a file under a number, instead of the one that had it. */
    void open(int fd, File file) {
        close(fd);
        files.put(fd, file);
    }

    void close(int fd) {
        files.remove(fd);
        for (ModelPoller poller : pollers) {
            Watch watch = poller.watches.remove(fd);
            check(watch == null || watch.armed == Interest.NONE, "(7) number " + fd + " is closed while it is watched");
        }
    }

    // ---- what peers do

    void send(File file, int bytes) {
        file.sent += bytes;
        edge(file, Interest.READ);
    }

    void fin(File file) {
        file.fin = true;
        edge(file, Interest.READ | Interest.WRITE | Interest.HANGUP);
    }

    void reset(File file) {
        file.reset = true;
        edge(file, Interest.READ | Interest.WRITE | Interest.HANGUP);
    }

    void room(File file, int bytes) {
        file.room += bytes;
        edge(file, Interest.WRITE);
    }

    /** A change wakes the watches that ask for it: ep_poll_callback() in fs/eventpoll.c. */
    private void edge(File file, int interests) {
        for (ModelPoller poller : pollers) {
            for (Watch watch : poller.watches.values()) {
                watch.edge |= watch.file == file && (watch.armed & interests) != 0;
            }
        }
    }
}
