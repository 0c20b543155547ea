/* The shortest program that makes an episode's calls of MuJoCo. */
typedef void call(const void *model, void *data);

void loop(call *step, call *rne_post_constraint, call *forward, const void *model, void *data,
          double *mocap_pos, double *ctrl, const double *mocap, const double *fingers, int steps) {
  for (int t = 0; t < steps; t++) {
    for (int i = 0; i < 3; i++) mocap_pos[i] = mocap[3 * t + i];
    for (int i = 0; i < 2; i++) ctrl[i] = fingers[2 * t + i];
    for (int i = 0; i < 5; i++) step(model, data);
    rne_post_constraint(model, data);
    forward(model, data);
  }
}
