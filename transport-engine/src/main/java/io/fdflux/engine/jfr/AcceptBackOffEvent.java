package io.fdflux.engine.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A pause of a listener. */
@Name("io.fdflux.AcceptBackOff")
@Label("Accept Back-off")
@Description("A listener pauses, because an accept failed for want of descriptors or memory")
@Category("fdflux")
@StackTrace(false)
final class AcceptBackOffEvent extends Event {

    @Label("Listener")
    String listener;

    @Label("Errno")
    @Description("The name of the error; absent if no system call failed")
    String errno;

    @Label("Pause")
    @Timespan(Timespan.NANOSECONDS)
    long pause;
}
