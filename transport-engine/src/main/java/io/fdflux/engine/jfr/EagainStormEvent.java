package io.fdflux.engine.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A time in which a loop asked the kernel in vain. */
@Name("io.fdflux.EagainStorm")
@Label("EAGAIN Storm")
@Description("A second or more in which most of the many calls of an event loop would have blocked")
@Category("fdflux")
@StackTrace(false)
final class EagainStormEvent extends Event {

    @Label("Period")
    @Timespan(Timespan.NANOSECONDS)
    long period;

    @Label("Read EAGAINs")
    @Description("Reads and accepts that would have blocked")
    long readEagains;

    @Label("Write EAGAINs")
    @Description("Writes that would have blocked")
    long writeEagains;

    @Label("Calls")
    @Description("All reads, accepts and writes")
    long calls;
}
