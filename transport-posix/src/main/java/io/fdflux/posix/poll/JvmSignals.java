package io.fdflux.posix.poll;

import io.fdflux.posix.Errno;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.platform.Platform;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Takes the JVM's reaction to a signal away, such as the shutdown at SIGTERM, and gives it back. While a signal is
 * taken, the listeners are called for each delivery instead. Thread-safe.
 *
 * <p>signalfd(2) cannot be used: it needs a signal that is blocked in every thread, and the JVM's threads block none.
 * EVFILT_SIGNAL counts beside a handler, but does not keep the JVM from reacting: kqueue(2). So each poller takes a
 * signal here. This uses sun.misc.Signal of module jdk.unsupported, the JDK's only access to its handlers, by
 * reflection: javac warns of each mention of that class, and the warning cannot be suppressed.
 *
 * <pre>
 * signal                                   | taken
 * -----------------------------------------+------------------------------------------------------------------
 * KILL, STOP                               | no: no process can
 * SEGV, BUS, FPE, ILL, TRAP                | no: the JVM's own faults
 * QUIT; HUP, INT and TERM with -Xrs        | no: the JVM refuses
 * USR2, or the number in _JAVA_SR_SIGNUM   | no: the JVM suspends threads by it
 * HUP, INT, TERM if ignored at the start   | no: the JVM leaves them ignored, as nohup(1) wants it
 * any other                                | yes
 * </pre>
 */
public final class JvmSignals {

    private static final String PREFIX = "SIG";
    private static final Set<String> OF_THE_JVM = Set.of("KILL", "STOP", "SEGV", "BUS", "FPE", "ILL", "TRAP");
    private static final Set<String> OF_SHUTDOWN = Set.of("HUP", "INT", "TERM");

    /** HotSpot's environment variable and default, in PosixSignals::init of src/hotspot/os/posix/signals_posix.cpp. */
    private static final String SUSPEND_VARIABLE = "_JAVA_SR_SIGNUM";

    private static final String SUSPEND = "USR2";

    /** The classes of jdk.unsupported. */
    private record Access(
            Class<?> handlerType, Constructor<?> signal, Method handle, Method react, Object ignored, Object standard) {

        static final Optional<Access> FOUND = find();

        private static Optional<Access> find() {
            try {
                Class<?> signalType = Class.forName("sun.misc.Signal");
                Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
                return Optional.of(new Access(
                        handlerType,
                        signalType.getConstructor(String.class),
                        signalType.getMethod("handle", signalType, handlerType),
                        handlerType.getMethod("handle", signalType),
                        handlerType.getField("SIG_IGN").get(null),
                        handlerType.getField("SIG_DFL").get(null)));
            } catch (ReflectiveOperationException e) {
                return Optional.empty(); // a run-time image without jdk.unsupported
            }
        }

        /** Returns the former handler. Throws IllegalArgumentException if the JVM refuses. */
        Object install(Object signalOf, Object handler) {
            try {
                return handle.invoke(null, signalOf, handler);
            } catch (ReflectiveOperationException e) {
                throw unwrapped(e);
            }
        }

        Object signalOf(String name) {
            try {
                return signal.newInstance(name);
            } catch (ReflectiveOperationException e) {
                throw unwrapped(e);
            }
        }

        void react(Object handler, Object signalOf) {
            try {
                react.invoke(handler, signalOf);
            } catch (ReflectiveOperationException e) {
                throw unwrapped(e);
            }
        }

        private static RuntimeException unwrapped(ReflectiveOperationException e) {
            if (e instanceof InvocationTargetException && e.getCause() instanceof RuntimeException cause) {
                return cause;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            return new IllegalStateException(e);
        }
    }

    /** A signal whose reaction is taken. Its handler runs on a thread that the JVM starts for each delivery. */
    private static final class Taken {

        final Access access;
        final Object signal;
        final Object handler;
        final List<Runnable> listeners = new CopyOnWriteArrayList<>();
        Object former;

        Taken(Access access, String name) {
            this.access = access;
            this.signal = access.signalOf(name);
            this.handler = Proxy.newProxyInstance(
                    JvmSignals.class.getClassLoader(),
                    new Class<?>[] {access.handlerType()},
                    (proxy, method, arguments) -> switch (method.getName()) {
                        case "equals" -> proxy == arguments[0];
                        case "hashCode" -> System.identityHashCode(proxy);
                        case "toString" -> "fdflux's handler of SIG" + name;
                        default -> {
                            listeners.forEach(Runnable::run);
                            yield null;
                        }
                    });
        }

        /** Returns whether the JVM has installed the handler. */
        boolean install(String name) {
            former = access.install(signal, handler);
            boolean stillIgnored = OF_SHUTDOWN.contains(name) && former == access.ignored();
            if (stillIgnored) {
                access.install(signal, former); // the JVM has noted our handler, which the kernel does not call
            }
            return !stillIgnored;
        }

        /** Gives the reaction back, unless somebody has replaced our handler since: then theirs stays. */
        void restore() {
            Object replaced = access.install(signal, former);
            if (replaced != handler) {
                access.install(signal, replaced);
            }
        }
    }

    /** By number; guarded by itself. */
    private static final Map<Integer, Taken> TAKEN = new HashMap<>();

    private JvmSignals() {}

    /** {@return whether this JVM lets signals be taken; false without the module jdk.unsupported} */
    public static boolean isAvailable() {
        return Access.FOUND.isPresent();
    }

    /**
     * Takes a signal, or adds a listener to one that is taken.
     *
     * @param number   of the signal
     * @param listener called for each delivery, on any thread, concurrently with itself. It must not throw
     * @return 0, or {@code -errno}: EINVAL for a number that is no signal, EBUSY for one that is not given away, ENOSYS
     *     without {@link #isAvailable()}
     */
    public static int take(int number, Runnable listener) {
        if (Access.FOUND.isEmpty()) {
            return -Errno.ENOSYS;
        }
        String name = nameOf(number);
        if (name == null) {
            return -Errno.EINVAL;
        }
        if (isReserved(name, number, System.getenv(SUSPEND_VARIABLE))) {
            return -Errno.EBUSY;
        }
        synchronized (TAKEN) {
            Taken taken = TAKEN.get(number);
            if (taken == null) {
                try {
                    taken = new Taken(Access.FOUND.get(), name);
                    if (!taken.install(name)) {
                        return -Errno.EBUSY;
                    }
                } catch (IllegalArgumentException e) {
                    return -Errno.EBUSY; // "Signal already used by VM or OS", "Unknown signal"
                }
                TAKEN.put(number, taken);
            }
            taken.listeners.add(listener);
            return 0;
        }
    }

    static boolean isReserved(String name, int number, String suspendNumber) {
        boolean suspends = suspendNumber == null || suspendNumber.isBlank()
                ? name.equals(SUSPEND)
                : suspendNumber.strip().equals(Integer.toString(number));
        return suspends || OF_THE_JVM.contains(name);
    }

    /** The name of a signal without its prefix, or null. */
    private static String nameOf(int number) {
        for (Map.Entry<String, Integer> row :
                Constants.column(Platform.current().os()).entrySet()) {
            if (row.getKey().startsWith(PREFIX) && row.getValue() == number) {
                return row.getKey().substring(PREFIX.length());
            }
        }
        return null;
    }

    /**
     * Removes a listener. The JVM's reaction comes back with the last one.
     *
     * @param number   of the signal
     * @param listener of {@link #take}; ignored if it is not among the listeners
     */
    public static void release(int number, Runnable listener) {
        synchronized (TAKEN) {
            Taken taken = TAKEN.get(number);
            if (taken != null && taken.listeners.remove(listener) && taken.listeners.isEmpty()) {
                TAKEN.remove(number);
                taken.restore();
            }
        }
    }

    /**
     * Reacts to a taken signal as the JVM would: runs the handler that was installed before. For SIGTERM this is the
     * shutdown, which does not return. Call it on a thread that may block.
     *
     * @param number of the signal
     * @return false if the signal is not taken, or if the reaction is not the JVM's but the kernel's or none
     */
    public static boolean passOn(int number) {
        Taken taken;
        synchronized (TAKEN) {
            taken = TAKEN.get(number);
        }
        if (taken == null || taken.former == taken.access.ignored() || taken.former == taken.access.standard()) {
            return false;
        }
        taken.access.react(taken.former, taken.signal);
        return true;
    }
}
