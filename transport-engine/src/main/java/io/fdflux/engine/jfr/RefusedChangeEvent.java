package io.fdflux.engine.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A watch that the kernel refused. */
@Name("io.fdflux.RefusedChange")
@Label("Refused Change")
@Description("The kernel refuses to watch a descriptor or another source of events")
@Category("fdflux")
@StackTrace(false)
final class RefusedChangeEvent extends Event {

    @Label("Owner")
    String owner;

    @Label("Errno")
    @Description("The name of the error")
    String errno;
}
