package io.fdflux.spi;

/**
 * A {@link Poller} implements this too if it watches kernel events that are not the readiness of a descriptor:
 * natively, as kqueue's filters do, or composed of descriptors. {@link Poller#poll} reports them to
 * {@link ReadinessSink#occurred} and {@link ReadinessSink#sourceRefused}.
 *
 * <h2>Threads</h2> Every method belongs to the owner of the poller, as {@link Poller#update} does.
 *
 * <h2>Tokens</h2> Tokens of sources are a space of their own: a descriptor may have the same one. A token is not
 * negative, and never used for another source.
 *
 * <h2>Promises</h2>
 * <ul>
 *   <li>A watch is spent by its report. Events after it are counted, and the first report after {@link #rearm} has
 *       their count.
 *   <li>A change may be deferred. It has reached the kernel when the next {@link Poller#poll} waits.
 *   <li>A change that the kernel refuses fails its own source only. {@link #watch} returns the error, or the next
 *       {@code poll} reports it to {@link ReadinessSink#sourceRefused}. The watch is gone then.
 *   <li>After {@link #unwatch}, no later {@code poll} reports the token.
 *   <li>Several sources may watch the same thing. Each one gets its own reports.
 *   <li>A point in time that has passed is reported at once, and again after each {@link #rearm}.
 *   <li>The exit of a process is reported once. A process that has ended before is reported too, or is refused with
 *       ESRCH if the kernel does not know it any more. Some kernels forget a child before its parent has waited for it.
 *   <li>A signal that the JVM needs, or that was ignored when it started, is refused with EBUSY.
 * </ul>
 *
 * <table>
 * <caption>Arguments and reports of each kind</caption>
 * <tr><th>kind</th><th>ident</th><th>detail</th><th>count of a report</th><th>detail of a report</th></tr>
 * <tr><td>SIGNAL</td><td>the signal's number</td><td>0</td><td>deliveries since the last report; the kernel merges
 * those that are pending together: signal(7)</td><td>0</td></tr>
 * <tr><td>PROCESS</td><td>the pid</td><td>0</td><td>1</td><td>the status of wait(2), or
 * {@link ReadinessSink#UNKNOWN_STATUS}</td></tr>
 * <tr><td>FILE</td><td>the number of an open descriptor</td><td>the {@link FileChange} bits to watch</td><td>1</td>
 * <td>the {@link FileChange} bits since the last report</td></tr>
 * <tr><td>TIMER</td><td>0</td><td>nanoseconds since 1970-01-01T00:00:00Z</td><td>1</td><td>0</td></tr>
 * </table>
 *
 * <h2>Non-promises</h2>
 * <ul>
 *   <li>A TIMER may be reported early, and late after the clock was set. The caller compares the clock, and calls
 *       {@link #rearm}.
 *   <li>A watch of what another watch of this poller has been told of may report occurrences from before its begin.
 *   <li>A PROCESS is not reaped: a child stays a zombie until its parent waits for it.
 *   <li>An event that was fetched before {@link #unwatch} may still be reported in the same {@code poll}.
 * </ul>
 */
public interface EventSources {

    /**
     * Whether the kernel offers a kind of source to this poller.
     *
     * @param kind the kind
     * @return false if {@link #watch} would refuse every source of this kind
     */
    boolean offers(SourceKind kind);

    /**
     * Watches a source. Its first report is armed.
     *
     * @param kind   the kind
     * @param ident  what to watch; the table has its meaning
     * @param detail more about it; the table has its meaning
     * @param token  passed to the sink with its reports
     * @return 0, or {@code -errno} if the kernel refuses at once; ENOSYS if it does not offer the kind
     */
    int watch(SourceKind kind, long ident, long detail, long token);

    /**
     * Arms the next report of a watch whose last one was delivered. Does nothing if the watch is armed or gone.
     *
     * @param kind  as in {@link #watch}
     * @param ident as in {@link #watch}
     * @param token as in {@link #watch}
     */
    void rearm(SourceKind kind, long ident, long token);

    /**
     * Ends a watch. Does nothing if the token has none. A FILE is unwatched before its descriptor is closed.
     *
     * @param kind  as in {@link #watch}
     * @param ident as in {@link #watch}
     * @param token as in {@link #watch}
     */
    void unwatch(SourceKind kind, long ident, long token);
}
