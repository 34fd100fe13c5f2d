package io.fdflux.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Compares the list with an ArrayDeque. */
class RunListModelTest {

    /**
     * A positive step adds that many entries, a negative one removes that many, so the list grows and wraps at
     * any head.
     */
    @Property
    void behavesLikeAQueue(@ForAll @Size(max = 60) List<@IntRange(min = -80, max = 90) Integer> steps) {
        RunList<Registration> list = new RunList<>();
        Queue<Registration> model = new ArrayDeque<>();
        for (int step : steps) {
            for (int i = 0; i < step; i++) {
                Registration registration = Registrations.of(i);
                list.add(registration);
                model.add(registration);
            }
            for (int i = 0; i > step; i--) {
                assertThat(list.poll()).isSameAs(model.poll());
            }
            assertThat(list.size()).isEqualTo(model.size());
            assertThat(list.isEmpty()).isEqualTo(model.isEmpty());
        }
        while (!model.isEmpty()) {
            assertThat(list.poll()).isSameAs(model.poll());
        }
        assertThat(list.poll()).isNull();
    }
}
