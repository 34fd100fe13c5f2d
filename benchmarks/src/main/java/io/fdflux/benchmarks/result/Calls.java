package io.fdflux.benchmarks.result;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * System calls of a server process during one run.
 *
 * @param counter    the program that counted: perf or strace; or null
 * @param operations that were completed meanwhile
 * @param byName     calls by the name of the call, without those that were not made
 * @param notCounted why there are none, or null
 */
public record Calls(String counter, long operations, Map<String, Long> byName, String notCounted) {

    /** Calls that wait for events, or collect them. What sleeps in a ring's call submits in it as well. */
    private static final Set<String> WAITS = Set.of(
            "epoll_wait", "epoll_pwait", "epoll_pwait2", "poll", "ppoll", "select", "pselect6", "io_uring_enter");

    /** Calls that the JVM makes for its own threads, heap and compiled code. */
    private static final Set<String> OF_THE_JVM = Set.of(
            "futex",
            "mmap",
            "munmap",
            "mprotect",
            "mremap",
            "madvise",
            "brk",
            "sched_yield",
            "sched_getaffinity",
            "nanosleep",
            "clock_nanosleep",
            "clock_gettime",
            "gettimeofday",
            "getrusage",
            "gettid",
            "getpid",
            "getcpu",
            "tgkill",
            "prctl",
            "clone",
            "clone3",
            "set_robust_list",
            "set_tid_address",
            "rseq",
            "sched_setaffinity",
            "sigaltstack",
            "rt_sigaction",
            "rt_sigprocmask",
            "rt_sigreturn",
            "restart_syscall",
            "exit",
            "membarrier",
            "sysinfo");

    public Calls {
        byName = new TreeMap<>(byName);
    }

    public static Calls notCounted(String reason) {
        return new Calls(null, 0, Map.of(), reason);
    }

    /** Whether the JVM makes calls of this name for itself. */
    public static boolean isOfTheJvm(String name) {
        return OF_THE_JVM.contains(name);
    }

    /** {@return calls per operation, without those that the JVM makes for itself} */
    public double perOperation() {
        return perOperation(name -> true);
    }

    /** {@return waits per operation} */
    public double waitsPerOperation() {
        return perOperation(WAITS::contains);
    }

    /** {@return calls per operation that do not wait} */
    public double besidesWaitsPerOperation() {
        return perOperation(name -> !WAITS.contains(name));
    }

    private double perOperation(Predicate<String> counted) {
        long calls = byName.entrySet().stream()
                .filter(call -> !isOfTheJvm(call.getKey()) && counted.test(call.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
        return operations > 0 ? (double) calls / operations : Double.NaN;
    }
}
