package io.fdflux.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Compares the table with a HashMap, and requires that no token is issued twice (invariant 7). */
class RegistrationTableModelTest {

    /** Even numbers add a registration; odd ones remove one. */
    @Property
    void behavesLikeAMap(@ForAll @Size(max = 400) List<@IntRange(min = 0, max = 1000) Integer> steps) {
        RegistrationTable table = new RegistrationTable();
        Map<Long, Registration> model = new HashMap<>();
        List<Long> present = new ArrayList<>();
        Set<Long> given = new HashSet<>();
        for (int step : steps) {
            if (step % 2 == 0 || present.isEmpty()) {
                Registration registration = Registrations.of(step);
                long token = table.add(registration);
                assertThat(token).isNotNegative();
                assertThat(given.add(token)).as("token %d is new", token).isTrue();
                model.put(token, registration);
                present.add(token);
            } else {
                long token = present.remove(step % present.size());
                table.remove(token);
                model.remove(token);
            }
            assertThat(table.size()).isEqualTo(model.size());
        }
        for (long token : given) {
            assertThat(table.get(token)).isSameAs(model.get(token));
        }
        assertThat(table.copy()).containsExactlyInAnyOrderElementsOf(model.values());
    }
}
