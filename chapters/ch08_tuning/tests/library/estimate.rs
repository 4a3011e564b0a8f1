use ch08_tuning::{nested, one_standard_error};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

#[test]
fn the_first_setting_within_one_standard_error_is_chosen() {
    assert_eq!(one_standard_error(&[(0.30, 0.1), (0.21, 0.1), (0.20, 0.02), (0.25, 0.1)]), 1);
    assert_eq!(one_standard_error(&[(0.30, 0.1), (0.23, 0.1), (0.20, 0.02)]), 2);
    assert_eq!(one_standard_error(&[(0.2, 0.0)]), 0);
}

#[test]
fn nested_validation_never_chooses_with_what_it_is_judged_on() {
    let mut generator = ChaCha8Rng::seed_from_u64(8);
    let mut seen = std::cell::RefCell::new(vec![0; 23]);
    let choose = |pairs: &[(Vec<usize>, Vec<usize>)]| {
        assert_eq!(pairs.len(), 3);
        let mut used: Vec<usize> = pairs.iter().flat_map(|pair| pair.1.clone()).collect();
        used.sort_unstable();
        for (training, validation) in pairs {
            assert!(training.iter().all(|i| used.contains(i) && !validation.contains(i)));
        }
        used
    };
    let error = |used: &Vec<usize>, training: &[usize], held_out: &[usize]| {
        assert_eq!(training.len() + held_out.len(), 23);
        held_out.iter().for_each(|i| {
            assert!(!used.contains(i) && !training.contains(i));
            seen.borrow_mut()[*i] += 1;
        });
        0.25
    };
    let found = nested(23, (4, 3), choose, error, &mut generator);
    assert!((found - 0.25).abs() < 1e-12);
    assert_eq!(*seen.get_mut(), vec![1; 23]);
}
