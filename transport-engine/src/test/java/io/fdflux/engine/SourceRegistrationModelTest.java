package io.fdflux.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.spi.SourceKind;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

/**
 * Any order of occurrences, demand and iterations: each demand makes one call at most, no call comes without demand,
 * and every occurrence is in the count of exactly one call.
 */
class SourceRegistrationModelTest {

    enum Step {
        OCCUR,
        WANT,
        ITERATE,
        ITERATE_WITH_TASKS
    }

    private static final int IDENT = 3;

    private static final class Model implements SourceHandle {

        final FakeSources kernel = new FakeSources();
        final Engine engine = new Engine(kernel, "the test's loop");
        final SourceRegistration registration = engine.watch(SourceKind.SIGNAL, IDENT, 0, this);
        boolean wanted;
        long occurred;
        long delivered;

        @Override
        public void occurred(long count, int detail) {
            assertThat(wanted).as("demand").isTrue();
            assertThat(count).isPositive();
            wanted = false;
            delivered += count;
            assertThat(delivered).isLessThanOrEqualTo(occurred);
        }

        void want() {
            wanted = true;
            registration.want();
        }

        void iterate(boolean tasks) {
            engine.iterate(new StillLoop(!tasks));
        }

        @Override
        public void refused(int errno) {
            throw new AssertionError("errno " + errno);
        }

        @Override
        public void close() {
            throw new AssertionError("a call has failed");
        }
    }

    @Property
    void everyOccurrenceIsDeliveredOnceOnDemand(@ForAll @Size(max = 60) List<Step> steps) {
        Model model = new Model();
        for (Step step : steps) {
            switch (step) {
                case OCCUR -> {
                    model.occurred++;
                    model.kernel.occur(IDENT, 1, 0);
                }
                case WANT -> model.want();
                case ITERATE -> model.iterate(false);
                case ITERATE_WITH_TASKS -> model.iterate(true);
            }
        }
        long before = model.delivered;
        model.iterate(false);
        model.iterate(false);
        boolean demandWasLeft = model.delivered > before;
        assertThat(demandWasLeft && model.wanted).as("one call for one demand").isFalse();
        for (int i = 0; i < 2; i++) { // what a report without demand has left, then what the poller has counted
            model.want();
            model.iterate(false);
        }
        assertThat(model.delivered).isEqualTo(model.occurred);
    }
}
