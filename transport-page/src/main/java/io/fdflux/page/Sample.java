package io.fdflux.page;

import java.util.List;
import java.util.Map;

/**
 * What the page draws: one moment of all loops. Its fields are the JSON of an event. Times are in milliseconds unless
 * they say otherwise.
 *
 * @param instance    another one after a restart of the application
 * @param at          by a clock that only counts on, and is the instance's own
 * @param period      between two samples
 * @param slowAfter   how long a full socket without an event makes a slow reader
 * @param limit       of the connections; the sums count all
 * @param groups      of loops, in the order of their opening
 * @param loops       in the order of the groups, and of each group
 * @param connections those that need a look most, first
 */
record Sample(
        String instance,
        long at,
        long period,
        long slowAfter,
        int limit,
        List<OfGroup> groups,
        List<OfLoop> loops,
        List<OfConnection> connections) {

    /**
     * One group of loops.
     *
     * @param group  its number, by which loops and connections name it
     * @param name   two groups may have the same
     * @param poller the name of the loops' poller
     * @param loops  how many
     */
    record OfGroup(int group, String name, String poller, int loops) {}

    /**
     * One loop.
     *
     * @param group     the number of its group
     * @param loop      its index there
     * @param name      of its thread; null while it has not answered
     * @param answered  whether the sums are of now: a loop that user code blocks does not answer
     * @param micros    how long the answer took, in microseconds: what a task waits for this loop
     * @param registered channels, descriptors and kernel sources on the loop
     * @param sums      over its channels
     * @param counters  by {@code LoopCounters.Counter.key()}, since the start
     */
    record OfLoop(
            int group,
            int loop,
            String name,
            boolean answered,
            long micros,
            int registered,
            Sums sums,
            Map<String, Long> counters) {}

    /**
     * Over the channels of a loop.
     *
     * @param waits  how many wait in each way
     * @param demand channels with an outstanding {@code read()}
     */
    record Sums(Map<Waits, Integer> waits, int demand, long unread, long staged, long pending) {}

    /**
     * Another channel that one exchanges bytes with, in this process.
     *
     * @param id     its short id
     * @param remote its peer; null if it has none
     * @param waits  who waits there; null if it is not known
     * @param sure   false if the link is inferred
     */
    record Link(String id, String remote, Waits waits, boolean sure) {}

    /**
     * One channel.
     *
     * @param id        its short id, as in logs
     * @param group     the number of its loop's group
     * @param loop      the index of its loop
     * @param kind      accepted, connected, listener or datagrams
     * @param local     null if it has none
     * @param remote    null if it has none
     * @param viewer    whether it carries this page
     * @param fullFor   how long the socket has been full without an event; 0 if it is not
     * @param writable  what {@code Channel.isWritable()} answers
     * @param received  bytes, by the kernel's count; -1 if it keeps none
     * @param acked     bytes that the peer's kernel has; -1 if it keeps none
     * @param notSent   bytes that this side's kernel has and could not send yet; -1 if it keeps no count
     * @param rttMicros the smoothed round-trip time in microseconds; -1 if the kernel keeps none
     * @param reads     calls since it came to its loop, modulo 2^32; so are writes, eagains of both, and arms
     * @param links     the other side of a gateway: for whom a client works, or who works for a server's connection
     */
    record OfConnection(
            String id,
            int group,
            int loop,
            String kind,
            String local,
            String remote,
            boolean viewer,
            Waits waits,
            boolean demand,
            boolean readArmed,
            boolean writeArmed,
            int unread,
            long staged,
            long pending,
            boolean writable,
            long fullFor,
            long received,
            long acked,
            long notSent,
            long rttMicros,
            int reads,
            int writes,
            int eagains,
            int arms,
            List<Link> links) {

        OfConnection withLinks(List<Link> others) {
            return new OfConnection(
                    id,
                    group,
                    loop,
                    kind,
                    local,
                    remote,
                    viewer,
                    waits,
                    demand,
                    readArmed,
                    writeArmed,
                    unread,
                    staged,
                    pending,
                    writable,
                    fullFor,
                    received,
                    acked,
                    notSent,
                    rttMicros,
                    reads,
                    writes,
                    eagains,
                    arms,
                    others);
        }
    }
}
