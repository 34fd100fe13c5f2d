package io.fdflux.engine.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import jdk.jfr.Timespan;

/** A turn of a loop that lasted long. */
@Name("io.fdflux.LongTurn")
@Label("Long Turn")
@Description("A turn of an event loop, from the end of a wait to the beginning of the next one: other events and tasks"
        + " waited meanwhile")
@Category("fdflux")
@StackTrace(false)
@Threshold("20 ms")
final class LongTurnEvent extends Event {

    @Label("I/O Time")
    @Description("Reads, writes, accepts, and their handlers")
    @Timespan(Timespan.NANOSECONDS)
    long ioTime;

    @Label("Task Time")
    @Description("Tasks and timers")
    @Timespan(Timespan.NANOSECONDS)
    long taskTime;
}
