package io.fdflux.spring;

import io.fdflux.FdLoops;
import java.util.List;
import java.util.function.Consumer;

/**
 * The groups of loops that the application has opened so far: those of beans, and those of the starter's clients, which
 * are no beans. Lazy beans open theirs at any time. Any thread.
 */
public interface LoopGroups {

    /** {@return the open groups, the oldest first; a snapshot} */
    List<FdLoops> opened();

    /**
     * Calls a watcher once for each group: for those that are open now, in this call; for a later one on the thread
     * that opens it, before it gets any work of the bean that wants it.
     *
     * @param watcher is kept as long as the application's context
     */
    void whenOpened(Consumer<FdLoops> watcher);
}
